# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Completion for grace(1) in bash.  Commands and options are those that `grace help` names, servers those
# that run: this file knows neither.

# _grace_help [COMMAND]: what its help says, by the grace that is being completed.
_grace_help() {
    "${COMP_WORDS[0]}" help "$@" 2>/dev/null
}

_grace_commands() {
    _grace_help | sed -n 's/^  \([a-z]*\)  .*/\1/p'
}

# _grace_options COMMAND
_grace_options() {
    _grace_help "$1" | sed -n 's/^  \(.*\)/\1/p' | grep -oE -- '--[a-z][a-z-]+' | sort -u
}

_grace_servers() {
    "${COMP_WORDS[0]}" status 2>/dev/null | awk 'NR > 1 && /^[^ ]/ { print $1 }'
}

# _grace_values OPTION: what it may be, where that is a few words; or files. Fails for any other.
_grace_values() {
    case $1 in
        --mode | -m) echo auto overlap sequential ;;
        --ready) echo auto notify delay= exec= ;;
        --term) echo pass drain ;;
        --log-level) echo error warning info debug ;;
        --signal | -s) echo HUP USR1 USR2 QUIT WINCH ALRM PWR URG ;;
        --restart) _grace_servers ;;
        *) return 1 ;;
    esac
}

_grace_reply() {
    mapfile -t COMPREPLY < <(compgen "$@")
}

# _grace_server_command: where the words of the server's own command begin; fails if none does yet.
_grace_server_command() {
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --) echo $((i + 1)) && return ;;
            --require-listeners | --respawn | --json | --quiet | -q | --*=*) ;; # without a value
            -*) ((i += 1)) ;;
            *) echo "$i" && return ;;
        esac
    done
    return 1
}

# _grace_of_command COMMAND WORD: of what runs or checks a server's command.
_grace_of_command() {
    local at
    if at=$(_grace_server_command) && declare -F _command_offset >/dev/null; then
        _command_offset "$at"
    elif [[ -z $at && $2 == -* ]]; then
        _grace_reply -W "$(_grace_options "$1")" -- "$2"
    elif [[ -z $at || $at == "$COMP_CWORD" ]]; then
        _grace_reply -c -- "$2"
    fi
}

_grace() {
    local command=${COMP_WORDS[1]-} values
    if ((COMP_CWORD == 1)) || [[ $command == help ]]; then
        _grace_reply -W "$(_grace_commands)" -- "$2"
    elif values=$(_grace_values "$3"); then
        _grace_reply -W "$values" -- "$2"
    elif [[ $command == run || $command == check ]]; then
        _grace_of_command "$command" "$2"
    elif [[ $2 == -* ]]; then
        _grace_reply -W "$(_grace_options "$command")" -- "$2"
    else
        _grace_reply -W "$(_grace_servers)" -- "$2"
    fi
}

complete -o default -F _grace grace
