# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Restarts by the command, which says each step and whether it worked.

# grace_restart [OPTION...]: those of grace restart. A load that is on shows when.
grace_restart() {
    local rc=0
    _grace_server || return $?
    _grace_mark_begin || return $?
    "$_grace_command" restart "$_grace_pid" --timeout "${BATS_GRACE_TIMEOUT}s" "$@" || rc=$?
    _grace_mark_end || return $?
    return $rc
}
