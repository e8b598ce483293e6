# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# What must be so. Those that say what a server will have come to wait for it.

# assert_no_client_noticed: in the last with_load all requests were answered, and there were some.
assert_no_client_noticed() {
    local failures answers failed
    _grace_read_load || return $?
    _grace_load_number answers || _grace_value=0
    answers=$_grace_value
    _grace_load_number failed || _grace_value=unknown
    failed=$_grace_value
    if [[ $answers == 0 ]]; then
        _grace_fail 'no client had an answer' failed "$failed"
    elif [[ $failed != 0 ]]; then
        _grace_failures
        _grace_fail 'clients noticed' answers "$answers" failed "$failed" "${failures[@]}"
    fi
}

# assert_client_noticed [KIND]: that of a failure.
assert_client_noticed() {
    local failures
    _grace_read_load || return $?
    _grace_failures
    ((${#failures[@]})) && [[ -z ${1-} || " ${failures[*]} " == *" $1 "* ]] && return 0
    _grace_fail "no client noticed${1:+ in this way}" ${1:+failure "$1"} "${failures[@]}"
}

# _grace_url: of the last with_load, or the server's.
_grace_url() {
    local awaited port
    [[ ! -s ${_grace_dir-}/load/url ]] || { cat "$_grace_dir/load/url" && return 0; }
    _grace_server || return $?
    awaited=$(<"$_grace_dir/$_grace_name.awaited") port=$(<"$_grace_dir/$_grace_name.port")
    case $awaited in
        *://* | unix:*) echo "$awaited" ;;
        *) [[ $port ]] && echo "http://127.0.0.1:$port/" ;;
    esac
}

# assert_version REGEX [URL]: an answer looks like this.
assert_version() {
    local url said
    url=${2:-$(_grace_url)} || { _grace_fail 'assert_version: nobody knows the URL' || return $?; }
    said=$(_grace_ask_once "$url" --expect "${1?assert_version REGEX}" 2>&1) && return 0
    _grace_fail 'another version answers, or none' expected "$1" url "$url" probe "$said"
}

# _grace_assert TITLE EXPECTED FIELD... -- CONDITION...: waits; what the fields are is shown.
_grace_assert() {
    local title=$1 shown=(expected "$2") fields=() field
    shift 2
    _grace_server || return $?
    while [[ $1 != -- ]]; do
        fields+=("$1")
        shift
    done
    _grace_until "$BATS_GRACE_TIMEOUT" _grace_asked "${@:2}" && return 0
    for field in "${fields[@]}"; do
        shown+=("$field" "$(grace_status "$field" 2>&1)")
    done
    _grace_fail "$title" server "$_grace_name" "${shown[@]}"
}

# _grace_asked CONDITION...: of the status as it is now.
_grace_asked() {
    _grace_ask && _grace_generations && "$@"
}

# _grace_is FIELD VALUE
_grace_is() {
    _grace_field "$1" && [[ $_grace_value == "$2" ]]
}

# assert_generation N: it serves.
assert_generation() {
    _grace_assert 'another generation serves' "$1" generation states -- _grace_is generation "$1"
}

# assert_old_gone: after a restart only the last generation is left.
assert_old_gone() {
    _grace_assert 'an old generation is left' 'one generation, after the first' \
        generations states connections -- _grace_successor_alone
}

_grace_successor_alone() {
    [[ $_grace_state == serving ]] && ((_grace_generation > 1 && ${#_grace_list[@]} == 1))
}

# assert_connections N...: of each generation, the oldest first.
assert_connections() {
    _grace_assert 'other numbers of connections' "$*" generations connections -- _grace_is connections "$*"
}

# assert_restart [COUNT]: since the start, and it is over; without COUNT, once or more.
assert_restart() {
    _grace_assert 'not restarted' "${1:-1 or more}" restarts rolled_back state event reason -- \
        _grace_counted restarts "${1-}"
}

# assert_rolled_back [COUNT] [REGEX]: the reason of the last.
assert_rolled_back() {
    local count=''
    [[ ! ${1-} =~ ^[0-9]+$ ]] || { count=$1 && shift; }
    _grace_assert 'not rolled back' "${count:-1 or more}${1:+, for $1}" rolled_back restarts state event reason -- \
        _grace_rolled_back "$count" "${1-}"
}

_grace_counted() {
    [[ $_grace_state == serving ]] && _grace_field "$1" && ((${2:-_grace_value} == _grace_value && _grace_value > 0))
}

_grace_rolled_back() {
    _grace_counted rolled_back "$1" && _grace_last event && [[ $_grace_value == rolled-back ]] &&
        _grace_last reason && [[ $_grace_value =~ $2 ]]
}

# refute_restart: since the start none was done, none has failed, none goes on.
refute_restart() {
    _grace_server || return $?
    _grace_asked _grace_first_alone && return 0
    _grace_fail restarted server "$_grace_name" state "$(grace_status state 2>&1)" \
        restarts "$(grace_status restarts 2>&1)" rolled_back "$(grace_status rolled_back 2>&1)"
}

_grace_first_alone() {
    [[ $_grace_state == serving ]] && ((${#_grace_list[@]} == 1)) &&
        _grace_is restarts 0 && _grace_is rolled_back 0
}

# assert_log REGEX: a line of it, sooner or later.
assert_log() {
    _grace_server_log || return $?
    _grace_until "$BATS_GRACE_TIMEOUT" grep -Eq -- "$1" "$_grace_log" ||
        _grace_fail 'the log has no such line' expected "$1"
}

# refute_log REGEX: no line so far.
refute_log() {
    _grace_server_log || return $?
    ! grep -E -- "$1" "$_grace_log" >"$_grace_dir/found" ||
        _grace_fail 'the log has such a line' unexpected "$1" lines "$(<"$_grace_dir/found")"
}
