# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# What a test has started ends with it. In the order of the ways a test can end:
# - it runs to its end, or fails: teardown() is wrapped, when the test has begun and its own is known;
# - it is cut off: a watcher, in a session of its own, sees the test's shell or bats go.
# The traps of the shell are bats's.

# _grace_begin: what the first start in a test needs.
_grace_begin() {
    [[ -n ${_grace_dir-} ]] ||
        { _grace_fail 'there is no test that could clean up' hint 'load the library and start servers in setup() or in a test' || return $?; }
    [[ -e $_grace_dir/started ]] || _grace_watch || return $?
    _grace_wrap_teardown
}

# Descriptors of bats that stay open would let it wait for their last holder.
_grace_close_descriptors() {
    local fd
    for fd in "/proc/$BASHPID/fd"/*; do
        fd=${fd##*/}
        ((fd <= 2)) || eval "exec $fd>&-"
    done
}

# _grace_background FILE COMMAND...: in a session of its own, its output into the file; sets
# _grace_pid. The shell lets background jobs ignore SIGINT, which a server would inherit.
_grace_background() {
    (
        trap - INT QUIT DEBUG
        exec </dev/null >>"$1" 2>&1
        _grace_close_descriptors
        export BATS_GRACE_TEST=$_grace_dir
        exec setsid "${@:2}"
    ) &
    _grace_pid=$!
    _grace_stat "$_grace_pid" || _grace_start=0
    _grace_note process "$_grace_pid:$_grace_start"
}

# grace_background NAME COMMAND [ARG...]: another program that the test needs. Sets
# grace_background_pid, and grace_background_log: the file with what it says.
grace_background() {
    (($# > 1)) || { _grace_fail 'grace_background: NAME COMMAND... is missing' || return 2; }
    _grace_begin || return $?
    mkdir -p "$_grace_dir/background"
    grace_background_log=$_grace_dir/background/$1.log
    _grace_background "$grace_background_log" "${@:2}"
    # shellcheck disable=SC2034 # tests use it
    grace_background_pid=$_grace_pid
}

# The watcher is nobody's child, so that a timeout of bats, which ends the children of the test, does
# not end it. It has the list open before anybody can remove it: its standard input. And it is told
# whom to wait for as they are now: who has gone before it looks has gone.
_grace_watch() {
    local watched=() each
    for each in "$$" "${BATS_ROOT_PID:-$PPID}"; do
        _grace_stat "$each" || _grace_start=gone
        watched+=("$each:$_grace_start")
    done
    mkdir -p "$_grace_dir" && : >"$_grace_dir/started" || return $?
    (
        trap - DEBUG
        exec <"$_grace_dir/started" >/dev/null 2>&1
        _grace_close_descriptors
        unset BATS_TEST_TMPDIR # it would be one of those that it ends
        setsid bash "$_grace_library/src/watcher.bash" \
            "${_grace_dir%/grace}" "${watched[@]}" <&0 &
        _grace_stat $! && echo "$!:$_grace_start" >"$_grace_dir/watcher"
    ) || _grace_fail 'the watcher of this test has not started'
}

_grace_wrap_teardown() {
    local own
    ! declare -F _grace_teardown_of_test >/dev/null || return 0
    own=$(declare -f teardown) || own='teardown () { :; }'
    eval "_grace_teardown_of_test ${own#teardown }"
    eval 'teardown() { _grace_teardown; }'
}

_grace_teardown() {
    local rc=0
    [[ -n ${BATS_TEST_COMPLETED-} ]] || _grace_show_all || true
    _grace_teardown_of_test || rc=$?
    _grace_clean_up || rc=$?
    return "$rc"
}

# _grace_show_all: to whoever looks for the reason of a failure.
_grace_show_all() {
    local file
    _grace_load_cut_short
    for file in "$_grace_dir"/*.pid; do
        [[ -e $file ]] || continue
        _grace_show_server "$file"
    done
    for file in "$_grace_dir"/background/*.log; do
        [[ ! -s $file ]] || _grace_show_log "$file"
    done
    _grace_show_load
} >&2

# grace_end: all processes of this test, however they were started, also those that have gone into the
# background.
grace_end() {
    [[ -e ${_grace_dir-}/started ]] || return 0
    _grace_read_started <"$_grace_dir/started"
    _grace_add_supervisors
    _grace_end "${BATS_GRACE_END_TIMEOUT:-5}" "BATS_GRACE_TEST=$_grace_dir" "${_grace_processes[@]}" ||
        _grace_fail 'processes that do not end' processes "${_grace_processes[*]}" || return $?
    _grace_forget_processes
    ! _grace_load_runs || echo ended >"$_grace_dir/load/status"
}

# _grace_clean_up: all that was started here has ended, and files are what they were, when the next
# test begins.
_grace_clean_up() {
    local watcher rc=0
    [[ -e $_grace_dir/started ]] || return 0
    grace_mend || rc=$?
    grace_end || rc=$?
    if { read -r watcher <"$_grace_dir/watcher"; } 2>/dev/null; then
        _grace_signal KILL "$watcher"
    fi
    rm -rf "$_grace_dir"
    [[ -z $watcher ]] || _grace_until 10 _grace_ended "$watcher" || rc=$?
    return $rc
}
