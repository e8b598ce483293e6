# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Servers under grace: those of a test have names, and the one that was started or named last is
# meant. What is known of them is in files, so that it is in the subshell of run, too.

# _grace_server: sets _grace_name, _grace_pid and _grace_log of the one that is meant.
_grace_server() {
    [[ -e ${_grace_dir-}/current ]] || { _grace_fail 'no server was started' hint grace_start || return $?; }
    _grace_name=$(<"$_grace_dir/current")
    _grace_pid=$(<"$_grace_dir/$_grace_name.pid")
    _grace_log=$_grace_dir/$_grace_name.log
}

# grace_use NAME|PID: of several servers; also one that somebody else has started, which is left to him.
grace_use() {
    local name=${1-}
    if ! _grace_knows "$name" && ! _grace_meet "$name" && [[ ! $name || ! -e ${_grace_dir-}/$name.pid ]]; then
        _grace_fail 'no such server runs under grace here' server "$name" 'looked in' "${GRACE_RUNTIME_DIR-}"
        return 1
    fi
    echo "$name" >"$_grace_dir/current"
}

# _grace_knows NAME: and its supervisor is still the same.
_grace_knows() {
    [[ $1 && -e ${_grace_dir-}/$1.pid ]] && ! _grace_ended "$(<"$_grace_dir/$1.pid")"
}

# _grace_meet TARGET: a supervisor that this test has not started, or not so.
_grace_meet() {
    [[ ${_grace_dir-} && $1 && $1 != */* ]] && _grace_ask "$1" && [[ $_grace_json =~ '"pid":'([0-9]+) ]] || return 1
    mkdir -p "$_grace_dir" || return $?
    echo "${BASH_REMATCH[1]}" >"$_grace_dir/$1.pid"
    : >>"$_grace_dir/$1.port"
    : >>"$_grace_dir/$1.awaited"
}

# _grace_read_arguments WORD...: sets port, awaited, limit, name, run and server of the caller.
_grace_read_arguments() {
    while (($#)) && [[ $1 != -- ]]; do
        case $1 in
            --port | --wait-for | --timeout | --name)
                (($# > 1)) || break
                set -- "$1=$2" "${@:3}"
                continue
                ;;
            --port=*) port=${1#*=} ;;
            --wait-for=*) awaited=${1#*=} ;;
            --timeout=*) limit=${1#*=} ;;
            --name=*) name=${1#*=} ;;
            *) run+=("$1") ;;
        esac
        shift
    done
    server=("${@:2}")
    ((${#server[@]})) || { _grace_fail 'grace_start: -- COMMAND is missing' || return 2; }
    : "${name:=${server[0]##*/}}"
    [[ $name != */* && $port =~ ^[0-9]*$ && $limit =~ ^[0-9]+$ ]] ||
        _grace_fail 'grace_start: wrong arguments' name "$name" port "$port" timeout "$limit" || return 2
}

# grace_start [--port N] [--wait-for URL|COMMAND] [--timeout SECONDS] [--name NAME] [OPTION...] -- COMMAND
grace_start() {
    local port='' awaited='' limit name='' run=() server=()
    limit=$BATS_GRACE_TIMEOUT
    _grace_read_arguments "$@" || return $?
    _grace_begin || return $?
    # The address of a socket has room for 107 bytes.
    ((${#GRACE_RUNTIME_DIR} <= 88)) ||
        _grace_fail 'the path is too long for a socket; TMPDIR makes it shorter' path "$GRACE_RUNTIME_DIR" || return $?
    if [[ -e $_grace_dir/$name.pid ]] && ! _grace_ended "$(<"$_grace_dir/$name.pid")"; then
        _grace_fail 'a server of this name runs' name "$name" hint 'grace_start --name' || return $?
    fi
    _grace_log=$_grace_dir/$name.log
    _grace_background "$_grace_log" "$_grace_command" run --name "$name" "${run[@]}" -- "${server[@]}"
    echo "$_grace_pid" >"$_grace_dir/$name.pid"
    echo "$name" >"$_grace_dir/current"
    echo "$port" >"$_grace_dir/$name.port"
    echo "$awaited" >"$_grace_dir/$name.awaited"
    _grace_await_server "$limit" "$port" "$awaited"
}

# _grace_await_server SECONDS PORT AWAITED
_grace_await_server() {
    local rc=0
    _grace_name=$(<"$_grace_dir/current")
    _grace_until "$1" _grace_up_or_ended "${@:2}" || true
    if _grace_server_ended; then
        wait "$_grace_pid" 2>/dev/null || rc=$?
        _grace_not_started "the server has ended, with status $rc"
    elif ! _grace_up "${@:2}"; then
        _grace_not_started "the server is not up within $1 s"
    fi
}

# _grace_not_started TITLE
_grace_not_started() {
    _grace_fail "$1" server "$_grace_name" port "$(<"$_grace_dir/$_grace_name.port")" \
        'wait for' "$(<"$_grace_dir/$_grace_name.awaited")"
}

_grace_up_or_ended() {
    _grace_up "$@" || _grace_server_ended
}

# _grace_up PORT AWAITED
_grace_up() {
    _grace_alone && _grace_listens "$1" || return $?
    case $2 in
        '') ;;
        *://* | unix:* | unixgram:*) _grace_ask_once "$2" >/dev/null 2>&1 ;;
        *) bash -c "$2" </dev/null >/dev/null 2>&1 ;;
    esac
}

# _grace_listens PORT: of the last status; without a connection that the server would count.
_grace_listens() {
    [[ -z $1 || $_grace_json =~ '"address":"'[^\"]*:$1\" ]]
}

# _grace_server_ended: and no other process has taken its place: one that goes into the background
# takes its supervisor with it.
_grace_server_ended() {
    local socket pid
    _grace_ended "$_grace_pid" || return $?
    for socket in "$GRACE_RUNTIME_DIR"/*.sock; do
        pid=${socket##*/} pid=${pid%.sock}
        [[ $pid != '*' ]] || return 0
        ! grep -qsxF "$pid" "$_grace_dir"/*.pid || continue
        ! _grace_ended "$pid" || continue
        _grace_note process "$pid:$_grace_start"
        echo "$pid" >"$_grace_dir/$_grace_name.pid"
        _grace_pid=$pid
        return 1
    done
}

# _grace_add_supervisors: those of this test to _grace_processes. One that has succeeded another that was
# killed has no parent here, and nothing in its environment tells whose it is. Elsewhere are those of
# others.
_grace_add_supervisors() {
    local socket pid
    for socket in "$GRACE_RUNTIME_DIR"/*.sock; do
        pid=${socket##*/} pid=${pid%.sock}
        [[ $GRACE_RUNTIME_DIR == "$BATS_TEST_TMPDIR"/* && -S $socket ]] || continue
        [[ " ${_grace_processes[*]}" != *" $pid:"* ]] || continue # it was started here
        ! _grace_ask "$pid" || ! _grace_stat "$pid" || _grace_processes+=("$pid:$_grace_start")
    done
}

# grace_stop [OPTION...]: those of grace stop.
grace_stop() {
    local start
    _grace_server || return $?
    _grace_stat "$_grace_pid" || _grace_start=0
    start=$_grace_start
    "$_grace_command" stop "$_grace_pid" "$@" || return $?
    _grace_until "$BATS_GRACE_TIMEOUT" _grace_nothing_below "$_grace_pid:$start" ||
        _grace_fail 'processes of the server are left' processes "$(_grace_below "$_grace_pid:$start")"
}

_grace_nothing_below() {
    [[ -z $(_grace_below "$@") ]]
}

# grace_log: what the server and its supervisor have said so far.
grace_log() {
    _grace_server_log && cat "$_grace_log"
}

# _grace_server_log: as _grace_server, of a server whose log we have.
_grace_server_log() {
    _grace_server || return $?
    [[ -e $_grace_log ]] || _grace_fail 'the log of this server is not here' server "$_grace_name" hint grace_start
}

# _grace_show_server FILE: NAME.pid
_grace_show_server() {
    local name=${1##*/}
    name=${name%.pid}
    "$_grace_command" status "$(<"$1")" 2>&1 | _grace_decorate "status of $name"
    [[ ! -e $_grace_dir/$name.log ]] || _grace_show_log "$_grace_dir/$name.log"
}

# _grace_show_log FILE: NAME.log
_grace_show_log() {
    local name=${1##*/}
    tail -n 40 "$1" | _grace_printable | _grace_decorate "log of ${name%.log}"
}

# grace_free_port: below the ephemeral ports, so that no client takes it first; and no other test of
# this run gets it, for it may be long until it is bound.
grace_free_port() {
    local port taken=${BATS_GRACE_PORTS:-${BATS_RUN_TMPDIR:-${TMPDIR:-/tmp}}/grace-ports}
    mkdir -p "$taken" || return $?
    while port=$((10000 + (RANDOM << 15 | RANDOM) % 20000)); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        mkdir "$taken/$port" 2>/dev/null || continue
        echo "$port"
        return 0
    done
}
