# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# How a failure is said: as bats-support does, by its functions where a test has loaded it.

# _grace_fail TITLE [KEY VALUE]...: on stderr; returns 1.
_grace_fail() {
    local title=$1
    shift
    _grace_pairs "$@" | _grace_decorate "$title" >&2
    return 1
}

_grace_decorate() {
    if declare -F batslib_decorate >/dev/null; then
        batslib_decorate "$1"
    else
        printf '\n-- %s --\n' "$1"
        cat
        printf -- '--\n\n'
    fi
}

# Servers log in colour. No character of that may stand in XML, and a CI server refuses bats's JUnit
# as a whole for one.
_grace_printable() {
    sed $'s/\e\\[[0-9;]*m//g' | tr -d '\000-\010\013-\037\177'
}

# _grace_pairs [KEY VALUE]...
_grace_pairs() {
    local i key width=0
    (($#)) || return 0
    for ((i = 1; i < $#; i += 2)); do
        key=${!i}
        ((${#key} <= width)) || width=${#key}
    done
    if declare -F batslib_print_kv_single_or_multi >/dev/null; then
        batslib_print_kv_single_or_multi "$width" "$@"
    elif [[ $* != *$'\n'* ]]; then
        printf "%-${width}s : %s\n" "$@"
    else
        _grace_long_pairs "$@"
    fi
}

_grace_long_pairs() {
    local lines
    while (($#)); do
        mapfile -t lines <<<"$2"
        printf '%s (%d lines):\n' "$1" "${#lines[@]}"
        printf '  %s\n' "${lines[@]}"
        shift 2
    done
}
