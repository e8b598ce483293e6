# SPDX-License-Identifier: ISC
# GRACE_MAX_AGE: what has served for so long is restarted, and what fails is not tried again at once.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

# lasted_for N: so many times, with a second before each.
lasted_for() {
    uptime_ms
    ((UPTIME_MS - since >= $1 * 1000)) || fail "$1 in $((UPTIME_MS - since)) ms" "$(<"$LOG")"
}

# at_least KEY N: of the numbers of the supervisor.
at_least() {
    (($(status_number "$PID" "$1") >= $2))
}

@test "restarts follow each other by themselves, and no request fails" {
    local since
    export GRACE_MAX_AGE=1s
    uptime_ms
    since=$UPTIME_MS
    start_server
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    grace_wait 30 at_least 'done' 3
    lasted_for 3
    load_finish
    log_has 'generation 1 has served for its time \(GRACE_MAX_AGE\): a periodic restart'
}

@test "one that fails or is vetoed is tried again after that time, and as often as it takes" {
    local since
    export GRACE_MAX_AGE=1s GRACE_BEFORE_RESTART="[ \$GRACE_REASON = GRACE_MAX_AGE ] && test -e $BATS_TEST_TMPDIR/good"
    uptime_ms
    since=$UPTIME_MS
    install_app
    start_wrapped app "$APP"
    grace_wait 30 at_least vetoed 2
    lasted_for 2
    put "$APP" <<<$'#!/bin/sh\nexit 3'
    touch "$BATS_TEST_TMPDIR/good"
    grace_wait 30 at_least rolled_back 2
    lasted_for 4
    install_app
    grace_wait 30 at_least 'done' 1
}
