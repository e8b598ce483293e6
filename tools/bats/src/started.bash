# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# What a test has started and replaced: a list for its end. The watcher beside the test has it open
# from the beginning, so it is the same file all the time.

# _grace_note process PID:START | replaced FILE
_grace_note() {
    echo "$*" >>"$_grace_dir/started"
}

# _grace_read_started: standard input is the list; sets _grace_processes and _grace_replaced.
_grace_read_started() {
    local what value
    _grace_processes=() _grace_replaced=()
    while read -r what value; do
        case $what in
            process) _grace_processes+=("$value") ;;
            replaced) _grace_replaced+=("$value") ;;
        esac
    done
}

# _grace_forget_processes: those of the list as it was read have ended.
_grace_forget_processes() {
    local file
    for file in "${_grace_replaced[@]}"; do
        echo "replaced $file"
    done >"$_grace_dir/started"
}
