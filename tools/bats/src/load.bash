# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Clients while something happens. grace probe is them; here are its start, its marks and its end.
# Files in load/: ready (what it says when the load is on), json, text, err, pid, status, url; mark, while
# a restart goes on; marks, with a line for each time that all were asked to be answered once more.

# with_load [OPTION...] URL COMMAND...: options of grace probe.
with_load() {
    local options=() rc
    while [[ ${1-} == -* ]]; do
        options+=("$1")
        case $1 in
            --*=* | --quiet | -q | -[a-zA-Z]?*) ;;
            *) options+=("${2-}") && shift ;;
        esac
        shift
    done
    (($# > 1)) || { _grace_fail 'with_load: URL COMMAND... is missing' || return 2; }
    _grace_load_begin "$1" "${options[@]}" || return $?
    _grace_mark_begin around || return $?
    "${@:2}"
    rc=$? # not 0 only where the shell goes on after an error, as in run
    _grace_load_end || return $?
    return $rc
}

# grace_load_start [OPTION...] URL: the same until grace_load_stop.
grace_load_start() {
    (($#)) || { _grace_fail 'grace_load_start: URL is missing' || return 2; }
    ! _grace_load_runs || { _grace_fail 'a load goes on' url "$(<"$_grace_dir/load/url")" || return $?; }
    _grace_load_begin "${*: -1}" "${@:1:$#-1}"
}

# grace_load_stop: when each client has had an answer to another request.
grace_load_stop() {
    _grace_load_runs || { _grace_fail 'no load goes on' hint grace_load_start || return $?; }
    [[ -e $_grace_dir/load/mark ]] || _grace_load_awaited || return $?
    _grace_load_end
}

# _grace_load_begin URL OPTION...: returns when each client has had an answer.
_grace_load_begin() {
    local pid
    _grace_begin || return $?
    rm -rf "$_grace_dir/load"
    mkdir "$_grace_dir/load" || return $?
    echo "$1" >"$_grace_dir/load/url"
    : >"$_grace_dir/load/ready"
    : >"$_grace_dir/load/marks"
    _grace_background "$_grace_dir/load/err" "$_grace_command" probe --quiet --duration none \
        --ready-file "$_grace_dir/load/ready" --output "json=$_grace_dir/load/json" \
        --output "text=$_grace_dir/load/text" "${@:2}" "$1"
    pid=$_grace_pid
    echo "$pid" >"$_grace_dir/load/pid"
    _grace_until "$BATS_GRACE_TIMEOUT" _grace_on_or_ended || true
    _grace_is_on || { _grace_load_failed 'the load has not begun' || return $?; }
}

# _grace_is_on: since the last mark, too. The probe says so once, and again after each restart that it
# was told is over, as soon as all clients have had an answer to a request that is younger.
_grace_is_on() {
    local ready marks
    mapfile -t ready <"$_grace_dir/load/ready"
    mapfile -t marks <"$_grace_dir/load/marks"
    ((${#ready[@]} > ${#marks[@]}))
}

_grace_on_or_ended() {
    _grace_is_on || _grace_ended "$(<"$_grace_dir/load/pid")"
}

_grace_load_runs() {
    [[ -e ${_grace_dir-}/load/pid && ! -e $_grace_dir/load/status ]]
}

# _grace_mark_begin [around]: a restart begins now. That of with_load is for commands that say
# nothing: it stands for the first of grace_restart, which is within.
_grace_mark_begin() {
    local before=''
    _grace_load_runs || return 0
    [[ ! -e $_grace_dir/load/mark ]] || before=$(<"$_grace_dir/load/mark")
    echo "${1-}" >"$_grace_dir/load/mark"
    [[ $before == around ]] || kill -USR1 "$(<"$_grace_dir/load/pid")" 2>/dev/null ||
        _grace_load_failed 'the load has ended too early'
}

# _grace_mark_end: it is over, and all clients have seen what is there now.
_grace_mark_end() {
    _grace_load_runs && [[ -e $_grace_dir/load/mark ]] || return 0
    rm "$_grace_dir/load/mark"
    _grace_load_awaited
}

# _grace_load_awaited: all clients have had an answer to a request that begins now.
_grace_load_awaited() {
    echo seen >>"$_grace_dir/load/marks"
    kill -USR2 "$(<"$_grace_dir/load/pid")" 2>/dev/null || { _grace_load_failed 'the load has ended too early' || return $?; }
    _grace_until "$BATS_GRACE_TIMEOUT" _grace_on_or_ended || true
    _grace_is_on || echo 'not all clients have had an answer since' >>"$_grace_dir/load/err"
}

# _grace_load_end: requests under way have their time.
_grace_load_end() {
    local pid rc=0
    _grace_mark_end || return $?
    pid=$(<"$_grace_dir/load/pid")
    kill -TERM "$pid" 2>/dev/null || true
    _grace_until 60 _grace_ended "$pid" || { _grace_load_failed 'the load does not end' || return $?; }
    wait "$pid" || rc=$?
    echo "$rc" >"$_grace_dir/load/status"
    [[ $rc == [01] && -s $_grace_dir/load/json ]] || _grace_load_failed 'the load has failed'
}

# _grace_load_cut_short: the command of with_load has failed, and the test with it. What was measured
# until then is shown all the same, and kept where the test said.
_grace_load_cut_short() {
    local pid
    _grace_load_runs || return 0
    pid=$(<"$_grace_dir/load/pid")
    kill -TERM "$pid" 2>/dev/null || true
    _grace_until 60 _grace_ended "$pid" || true
}

# _grace_load_failed TITLE: it goes no further.
_grace_load_failed() {
    local pid rc=0
    pid=$(<"$_grace_dir/load/pid")
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || rc=$?
    echo "$rc" >"$_grace_dir/load/status"
    _grace_fail "$1" url "$(<"$_grace_dir/load/url")" status "$rc" said "$(<"$_grace_dir/load/err")"
}

# _grace_load_number KEY: sets _grace_value, of the whole run; it comes first.
_grace_load_number() {
    [[ $_grace_load =~ \"$1\":\ *([0-9]+) ]] && _grace_value=${BASH_REMATCH[1]}
}

# _grace_read_load: sets _grace_load, what the last with_load has measured.
_grace_read_load() {
    [[ -s ${_grace_dir-}/load/json ]] || { _grace_fail 'no load was measured' hint with_load || return $?; }
    _grace_load=$(<"$_grace_dir/load/json")
}

# _grace_failures: sets failures, KEY VALUE for each kind that there was.
_grace_failures() {
    local kind
    failures=()
    [[ $_grace_load =~ \"failures\":\ *'{'([^}]*) ]] || return 0
    local counts=${BASH_REMATCH[1]}
    for kind in refused reset-before-request reset-after-request closed truncated wrong timeout other; do
        [[ $counts =~ \"$kind\":\ *([0-9]+) ]] && ((BASH_REMATCH[1])) && failures+=("$kind" "${BASH_REMATCH[1]}")
    done
    return 0
}

# grace_load_value KEY: a number of the last load, as its report has it.
grace_load_value() {
    _grace_read_load || return $?
    [[ $_grace_load =~ \"${1-}\":\ *([0-9.]+) ]] || { _grace_fail 'grace_load_value: no such number' key "${1-}" || return 2; }
    echo "${BASH_REMATCH[1]}"
}

# grace_load_versions: a line "ANSWERS VERSION" for each that has answered, in that order.
grace_load_versions() {
    local each='\{ *"version": *"(([^"\]|\\.)*)", *"answers": *([0-9]+)' rest
    _grace_read_load || return $?
    rest=${_grace_load//$'\n'/ }
    while [[ $rest =~ $each ]]; do
        printf '%s %s\n' "${BASH_REMATCH[3]}" "${BASH_REMATCH[1]}"
        rest=${rest#*"${BASH_REMATCH[0]}"}
    done
}

_grace_show_load() {
    local file
    for file in text err; do
        [[ ! -s $_grace_dir/load/$file ]] || _grace_decorate 'grace probe' <"$_grace_dir/load/$file"
    done
}

# _grace_ask_once URL [OPTION...]: a single request.
_grace_ask_once() {
    "$_grace_command" probe --quiet --requests 1 --clients new=1 "${@:2}" "$1"
}
