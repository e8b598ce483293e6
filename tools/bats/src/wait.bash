# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# The only place that lets time pass.

# _grace_uptime: sets _grace_now, in milliseconds, on a clock that nobody sets.
_grace_uptime() {
    local seconds
    read -r seconds _ </proc/uptime
    _grace_now=$((10#${seconds/./} * 10))
}

# _grace_look_ends: sets grace_longest_look, in milliseconds, if this one was longer. The spent of
# _grace_until grows by a second at most: in a longer one the machine stood still.
_grace_look_ends() {
    local look=$_grace_now
    _grace_uptime
    look=$((_grace_now - look))
    ((look <= grace_longest_look)) || grace_longest_look=$look
    spent=$((spent + (look < 1000 ? look : 1000)))
}

# _grace_until SECONDS COMMAND...: false when the time is up. On a machine on which there were less
# than ten looks a second it is four times as long, and there is one more look at the end: the
# machine may have stood still since the last.
_grace_until() {
    local limit=$1 looks=0 spent=0
    shift
    _grace_uptime
    grace_longest_look=0
    until "$@"; do
        _grace_look_ends
        ((looks += 1))
        if ((spent > limit * (looks < limit * 10 ? 4000 : 1000))); then
            "$@"
            return $?
        fi
        sleep 0.02
    done
    _grace_look_ends
}

# What a wait takes at most, in seconds, where nothing else is said.
: "${BATS_GRACE_TIMEOUT:=30}"

# grace_wait [SECONDS] COMMAND...
grace_wait() {
    local limit=$BATS_GRACE_TIMEOUT said rc=0
    if [[ ${1-} =~ ^[0-9]+$ ]]; then
        limit=$1
        shift
    fi
    (($#)) || { _grace_fail 'grace_wait: no command' || return 2; }
    # What a look says is of interest when it is the last. A wait may be within another.
    said=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-$BATS_RUN_TMPDIR}}/grace-wait.$BASHPID.${#FUNCNAME[@]}
    _grace_until "$limit" _grace_quietly "$said" "$@" || rc=$?
    ((rc == 0)) || _grace_fail "not within $limit s" command "$*" said "$(<"$said")" || true
    rm -f "$said"
    return $rc
}

_grace_quietly() {
    "${@:2}" >"$1" 2>&1
}
