# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2154 # descriptions set variables
# What every daemon has to stand; DAEMON names its description. tests/run chooses those of these tests
# that it is a case for.
load checks

# The user of each process of the server, sorted.
users() {
    local pid
    for pid in $(tree_of "$PID"); do
        [[ $pid == "$PID" ]] || ps -o euser= -p "$pid"
    done | sort
}

same_users() {
    case $processes in
        same) [[ $(users) == "$1" ]] ;;
        varies) [[ $(users | uniq) == "$(uniq <<<"$1")" ]] ;;
    esac
}

# none_of PID...: is alive.
none_of() {
    local pid
    for pid; do
        [[ ! -e /proc/$pid ]] || return 1
    done
}

old_tree() {
    tree_of "$PID" | grep -vx "$PID"
}

pidfile_is_right() {
    local pid
    [[ -z $pidfile ]] && return
    read -r pid _ <"$pidfile"
    tree_of "$PID" | grep -qx "$pid" && [[ $pid != "$PID" ]]
}

# Those that are called after a process (smbd's) are others in each generation.
socket_modes() {
    find "$DIR" -type s -printf '%P %M %u\n' | sed -E 's|/[0-9]+ |/PID |' | sort -u
}

# is_sequential: one generation ends before the next one starts.
is_sequential() {
    [[ $alone == yes || ${GRACE_MODE-} == sequential ]]
}

mode() {
    is_sequential && echo sequential || echo overlap
}

# record WHAT: the daemon's row of docs/compatibility.md.
record() {
    local rows=$BUILD/compatibility version
    version=$(daemon_version)
    mkdir -p "$rows"
    echo "| $NAME | $version | $model | $(mode) | $1 | $remark |" >"$rows/$NAME"
}

# checked STATUS: what grace check says of it beforehand.
checked() {
    local status=0
    "$GRACE" check "${COMMAND[@]}" >"$BATS_TEST_TMPDIR/checked" || status=$?
    ((status == $1)) || fail "grace check: exit status $status" "$(<"$BATS_TEST_TMPDIR/checked")"
}

five_restarts_lose_nothing() {
    local version old first sockets
    configure 1
    checked 0
    start_daemon "${COMMAND[@]}"
    newest_answers 1
    first=$(steady users) sockets=$(socket_modes)
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    for version in 2 3 4 5 6; do
        mapfile -t old < <(old_tree)
        configure "$version"
        restart_and_wait "$PID"
        newest_answers "$version"
        grace_wait 5 none_of "${old[@]}"
        grace_wait 5 pidfile_is_right
    done
    load_finish
    grace_wait 10 same_users "$first" || {
        users >&2
        fail "these processes are not those of the first generation:" "$first"
    }
    [[ $(socket_modes) == "$sockets" ]]
    record "5 | $(grace_load_value answers) | $(grace_load_value failed)"
}

# A script of the shell could start anything.
runs_unharmed() {
    configure 1
    [[ ${COMMAND[0]} == "$DIR/daemon" ]] || checked 1
    start daemon env LD_PRELOAD="$LIBGRACE" "${COMMAND[@]}"
    grace_wait 20 daemon_answers
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    grace_wait 10 log_has "$message"
    hup_until 10 log_has 'no restart: .*; SIGHUP was not passed on'
    load_finish
    newest_answers 1
    record "- | $(grace_load_value answers) | $(grace_load_value failed)"
}

@test "restarts" {
    rm -f "$BUILD/compatibility/$NAME"
    five_restarts_lose_nothing
}

@test "can't be restarted, and says so" {
    rm -f "$BUILD/compatibility/$NAME"
    remark=$unsupported runs_unharmed
}

# same_program: the processes of the server that run what its main process runs.
same_program() {
    local pid program
    program=$(readlink "/proc/$(server_pid "$PID")/exe")
    for pid in $(old_tree); do
        [[ $(readlink "/proc/$pid/exe") != "$program" ]] || echo "$pid"
    done
}

# no_client: no process has a connection. One that was started for a client ends when he has gone,
# and what it is told then is lost.
no_client() {
    [[ $(ss -Htnp state connected "sport = :$PORT") != *pid=* ]]
}

last_process() {
    grace_wait 10 no_client && same_program | tail -n 1
}

all_processes() {
    grace_wait 10 no_client && echo "$PID" && same_program
}

@test "SIGHUP to its main process, to a worker, to all of them" {
    configure 1
    start_daemon "${COMMAND[@]}"
    configure 2
    signalled server_pid "$PID"
    newest_answers 2
    configure 3
    signalled last_process
    newest_answers 3
    configure 4
    signalled all_processes
    newest_answers 4
}

# connections: what ss says of those that clients have. The kernel knows a UNIX socket by the name it
# was bound to: where it was put in place under another, one that begins with that.
connections() {
    local path=${LOAD_OPTIONS[-1]}
    if [[ $path == *unix:* ]]; then
        path=${path#*unix:}
        ss -Hxnp state established src "${path%%:*}*"
    else
        ss -Htnp state established "sport = :$PORT"
    fi
}

# taken: no client waits in a queue of the server any more.
taken() {
    local clients
    if [[ ${LOAD_OPTIONS[-1]} == udp:* ]]; then
        ! ss -Huan "sport = :$PORT" | grep -Eqv '^UNCONN +0 '
    else
        clients=$(connections)
        [[ $clients ]] && ! grep -qv pid= <<<"$clients"
    fi
}

# ask_half: a client that has sent half of its request, or what there is that comes near to that, and
# that the server has accepted; finish_half waits for its answer.
ask_half() {
    local kind=half
    case "${LOAD_OPTIONS[*]}" in
        *udp://*) kind=slow ;; # there is no half datagram
        *--send*tcp://* | *--send*tls://*) ;;
        *tcp://* | *tls://*) kind=silent ;; # the server speaks first
    esac
    client_start client --requests 1 --hold none --ready-file "$DIR/holding" \
        "${LOAD_OPTIONS[@]}" --expect "$(answer_of 1)" --clients "$kind=1"
    grace_wait 10 test -s "$DIR/holding"
    grace_wait 10 taken
}

finish_half() {
    local rc=0
    client_asks
    wait "$CLIENT" || rc=$?
    cat "$(log_of client)" >&2
    case $in_flight in
        answered) ((rc == 0)) ;;
        cut) ((rc != 0)) ;;
    esac
}

@test "a request in progress" {
    configure 1
    start_daemon "${COMMAND[@]}"
    ask_half
    configure 2
    restart_begins
    # In sequential mode everybody waits for that client.
    is_sequential || newest_answers 2
    finish_half
    grace_wait 30 settled_beyond "$PID" 1
    newest_answers 2
}

# idle_worker PID...: sets IDLE to one that is neither the main process nor has a client.
idle_worker() {
    local pid holders
    holders=$(connections)
    for pid; do
        [[ $pid == "$main" || $holders == *"pid=$pid,"* ]] || { IDLE=$pid && return; }
    done
    return 1
}

# idle_process: sets IDLE, and old to all that run the server's program.
idle_process() {
    mapfile -t old < <(same_program)
    idle_worker "${old[@]}"
}

# others_than PID PID...: below the first one there are others than these.
others_than() {
    [[ -n $(comm -13 <(printf '%s\n' "$@" | sort) <(tree_of "$1" | sort)) ]]
}

@test "a worker that dies while the old generation drains" {
    local main old both
    configure 1
    start_daemon "${COMMAND[@]}"
    main=$(server_pid "$PID")
    ask_half
    grace_wait 10 idle_process # the main process may still be starting them
    configure 2
    restart_begins
    newest_answers 2
    mapfile -t both < <(tree_of "$main")
    grace_wait 10 idle_worker "${old[@]}" # the last answer of another may still be on its way
    kill -KILL "$IDLE"
    grace_wait 10 others_than "$main" "${both[@]}"
    newest_answers 2 200
    finish_half
    grace_wait 30 settled "$PID" 2
}

# Until the next one serves; the one before it may still drain. In sequential mode it has to.
restart_begins() {
    kill -HUP "$PID"
    if is_sequential; then
        grace_wait 10 log_has 'generation 1 draining'
    else
        grace_wait 30 serves_beyond 1
        # Where it was suspended the old one accepts for a moment more.
        grace_wait 10 newest_answers 2
    fi
}

serves_beyond() {
    (($(generation_of "$PID") > $1))
}

# In sequential mode there is no old one to go on with: the new one is tried again and again.
broken_version_failed() {
    if [[ ${GRACE_MODE-} == sequential ]]; then
        grace_wait 20 log_has 'failed: exit status 3'
    else
        grace_wait 20 rolled_back "$PID" 1
        grace_wait 10 settled "$PID" 1 # its processes may still be ending
    fi
}

mended_version_serves() {
    if [[ ${GRACE_MODE-} == sequential ]]; then
        grace_wait 30 settled_beyond "$PID" 1
    else
        restart_and_wait "$PID"
    fi
}

@test "a broken version" {
    install_script 1
    start_daemon "$DIR/serve"
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    install_script 2 'exit 3'
    kill -HUP "$PID"
    broken_version_failed
    install_script 2
    mended_version_serves
    load_finish
    newest_answers 2
}

@test "its data" {
    local version
    configure 1
    start_daemon "${COMMAND[@]}"
    for version in 2 3 4; do
        data_written "$version"
        configure "$version"
        restart_and_wait "$PID"
    done
    data_intact
}

@test "a stop" {
    local all
    configure 1
    start_daemon "${COMMAND[@]}"
    mapfile -t all < <(tree_of "$PID")
    kill "$PID"
    grace_wait 20 none_of "${all[@]}"
    refuses "${LOAD_OPTIONS[@]}"
}

@test "started by a script" {
    local version rc=0
    configure 1
    daemonize
    start daemon env LD_PRELOAD="$LIBGRACE" "${COMMAND[@]}"
    wait "$PID" || rc=$?
    ((rc == 0))
    grace_wait 10 daemon_answers
    PID=$(daemon_supervisor)
    grace_wait 10 settled "$PID" 1 || dump_log
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    for version in 2 3; do
        configure "$version"
        restart_and_wait "$PID"
        newest_answers "$version"
        grace_wait 5 pidfile_is_right
    done
    load_finish
    kill "$PID"
    grace_wait 20 none_of "$PID"
    refuses "${LOAD_OPTIONS[@]}"
}

# The supervisor has gone to the background: it is the only one of this test.
daemon_supervisor() {
    basename "$GRACE_RUNTIME_DIR"/*.sock .sock
}

# supervised_again: sets PID to the supervisor that there is now.
supervised_again() {
    local pid
    pid=$(status daemon | grep -oE '"pid":[0-9]+' | head -n 1 | grep -oE '[0-9]+') && [[ $pid ]] &&
        PID=$pid
}

# In the background they are no descendants of the supervisor.
listening() {
    ss -tlnpH "sport = :$PORT" | grep -oE 'pid=[0-9]+' | cut -d = -f 2 | grep -vx "$PID" | sort -nu
}

# keeper_listens: one process of the server reads the FIFO at which it is told that the supervisor is
# dead. When that one has gone into the background, another one is appointed within 100 ms.
keeper_listens() {
    local fifos
    fifos=$(find "/proc/$(listening | head -n 1)/fd" -lname 'pipe:*' -printf '%l %M\n' |
        sed -n 's/ lrw.*/ lr-x/p')
    [[ $fifos ]] && find /proc/[0-9]*/fd -lname 'pipe:*' -printf '%l %M\n' 2>/dev/null |
        grep -F "$fifos" >/dev/null
}

# recovers_by COMMAND...: SIGHUP to the one of these processes that it names brings a new supervisor
# and a restart.
recovers_by() {
    local told
    grace_wait 10 lone_generation "$PID"
    grace_wait 10 keeper_listens
    told=$(listening | "$@")
    kill -KILL "$PID"
    grace_wait 10 none_of "$PID"
    kill -HUP "$told"
    grace_wait 20 supervised_again
    grace_wait 30 settled_beyond "$PID" "$GENERATION" || dump_log
}

recovers_twice() {
    load_start --rate "$RATE" "${LOAD_OPTIONS[@]}"
    configure 2
    recovers_by tail -n 1
    newest_answers 2
    configure 3
    recovers_by head -n 1
    newest_answers 3
    load_finish
}

@test "its supervisor is killed: SIGHUP to a worker, then to its main process, restarts it" {
    export GRACE_NAME=daemon
    configure 1
    start_daemon "${COMMAND[@]}"
    recovers_twice
}

@test "its supervisor is killed, in the background" {
    export GRACE_NAME=daemon
    configure 1
    daemonize
    start daemon env LD_PRELOAD="$LIBGRACE" "${COMMAND[@]}"
    wait "$PID"
    grace_wait 10 daemon_answers
    grace_wait 10 supervised_again
    grace_wait 10 settled "$PID" 1 || dump_log
    recovers_twice
}
