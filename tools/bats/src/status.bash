# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# What the supervisor of a server tells of it. Asked often, so without a program that reads JSON.

# _grace_ask [PID]: sets _grace_json, one line.
_grace_ask() {
    _grace_json=$("$_grace_command" status --json "${1:-$_grace_pid}" 2>/dev/null) &&
        [[ $_grace_json == '{'* ]]
}

# _grace_generations: sets _grace_list, one of JSON for each, the oldest first; _grace_state and
# _grace_generation, of the server as a whole.
_grace_generations() {
    local list
    [[ $_grace_json =~ '"state":"'([a-z]*)'","generation":'([0-9]+)',"generations":['([^]]*)']' ]] || return 1
    _grace_state=${BASH_REMATCH[1]} _grace_generation=${BASH_REMATCH[2]} list=${BASH_REMATCH[3]}
    mapfile -t _grace_list <<<"${list//'},{'/$'}\n{'}"
}

# _grace_of_generation KEY JSON: sets _grace_value.
_grace_of_generation() {
    [[ $2 =~ \"$1\":\"?([a-z0-9]+) ]] && _grace_value=${BASH_REMATCH[1]}
}

# _grace_alone [PID]: one generation serves, and no other is left; sets _grace_generation.
_grace_alone() {
    _grace_ask "$@" && _grace_generations && [[ $_grace_state == serving ]] &&
        ((${#_grace_list[@]} == 1)) && [[ ${_grace_list[0]} == *'"state":"serving"'* ]]
}

# _grace_counter KEY: sets _grace_value, how many restarts were done, rolled_back or respawned.
_grace_counter() {
    [[ $_grace_json =~ '"restarts":{'[^}]*\"$1\":([0-9]+) ]] && _grace_value=${BASH_REMATCH[1]}
}

# _grace_last KEY: sets _grace_value, event or reason of what happened last.
_grace_last() {
    [[ $_grace_json =~ '"last":{'(.*)$ && ${BASH_REMATCH[1]} =~ \"$1\":\"(([^\"\\]|\\.)*)\" ]] || return 1
    _grace_value=${BASH_REMATCH[1]}
    _grace_value=${_grace_value//'\"'/'"'} _grace_value=${_grace_value//'\/'/'/'}
}

# _grace_each KEY: sets _grace_value, that of each generation.
_grace_each() {
    local values=() generation
    for generation in "${_grace_list[@]}"; do
        _grace_of_generation "$1" "$generation" && values+=("$_grace_value")
    done
    _grace_value=${values[*]}
}

# _grace_field NAME: sets _grace_value.
_grace_field() {
    case $1 in
        state) _grace_value=$_grace_state ;;
        generation) _grace_value=$_grace_generation ;;
        generations) _grace_each generation ;;
        states) _grace_each state ;;
        main) _grace_each pid && _grace_value=${_grace_value##* } ;;
        mains) _grace_each pid ;;
        processes | connections | accepted) _grace_each "$1" ;;
        restarts) _grace_counter 'done' ;;
        rolled_back | respawned) _grace_counter "$1" ;;
        event) _grace_last event ;;
        reason) _grace_last reason || _grace_value='' ;; # there is none
        *) _grace_fail 'grace_status: no such field' field "$1" || return 2 ;;
    esac
}

# grace_status [FIELD]
grace_status() {
    _grace_server || return $?
    if (($# == 0)); then
        "$_grace_command" status "$_grace_pid"
    elif [[ $1 == pid ]]; then
        echo "$_grace_pid"
    elif [[ $1 == name ]]; then
        echo "$_grace_name"
    elif _grace_ask && _grace_generations; then
        _grace_field "$1" && echo "$_grace_value"
    else
        _grace_fail 'the server does not tell its status' server "$_grace_name" pid "$_grace_pid"
    fi
}
