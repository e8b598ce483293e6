# SPDX-License-Identifier: ISC
# The bats library grace: however a test ends, nothing is left of it, and files are what they were.

# time-limit: 600
load inner

@test "other programs of a test end with it, and what they say is shown if it fails" {
    inner <<'END'
TEST "in the background" {
    grace_background other sh -c 'echo "this is other"; exec sleep 1000'
    kill -0 "$grace_background_pid"
    grace_wait grep -q other "$grace_background_log"
    run grace_background other
    [ "$status" -eq 2 ]
    false
}
END
    fails
    says '`false. failed'
    says '^# -- log of other --'
    says '^# this is other'
}

@test "a supervisor that has succeeded one that was killed ends with the test" {
    inner <<'END'
TEST "is killed" {
    export GRACE_RESPAWN=on
    grace_start --name web --port $PORT -- ./server $PORT
    main=$(grace_status main)
    kill -KILL $(grace_status pid)
    grace_wait sh -c 'grace status web 2>&1 | grep -q "without its supervisor"'
    kill -HUP $main
    grace_wait sh -c 'grace status --json web >successor'
}
END
    passes
    ended "$(grep -oE -m 1 '"pid":[0-9]+' successor | head -n 1 | tr -dc 0-9)"
}

@test "in the teardown after a timeout what fails fails" {
    inner <<'END'
teardown() {
    grace_use nobody || touch unknown
    grace_wait 0 false || touch late
    touch torn_down
}
TEST "waits in vain" {
    sleep 1000
}
END
    BATS_TEST_TIMEOUT=2 fails
    says '^not ok 1 .*timeout'
    [ -e torn_down ]
    [ -e unknown ]
    [ -e late ]
}

@test "the user's own teardown runs, before the servers end" {
    inner <<'END'
teardown() {
    grace_status state >state
}
TEST "passes" {
    grace_start -- ./server $PORT
}
END
    passes
    [ "$(<state)" = serving ]
}

# cut_off: an inner test that serves, under load, and would never end.
cut_off() {
    inner <<'END'
teardown() { touch torn_down; }
forever() { touch serves; sleep 1000; }
TEST "goes on and on" {
    grace_start --port $PORT -- ./server $PORT
    grace_end # what follows is in the same list
    grace_start --port $PORT -- ./server $PORT
    grace_break version
    with_load http://127.0.0.1:$PORT/ forever
}
TEST "and then another" {
    touch another
}
END
    start inner env -u GRACE_RUNTIME_DIR TMPDIR="$BATS_TEST_TMPDIR" bats --formatter tap inner.bats
    grace_wait 60 test -e serves || dump_log
}

whole_again() {
    nothing_is_left && [[ $(<version) == 'version 1' ]]
}

@test "bats is killed: nothing is left, and files are what they were" {
    cut_off
    kill -KILL "$PID"
    grace_wait 60 whole_again
    grace_wait 60 session_is_empty "$PID"
    [ -e torn_down ]
    [ ! -e another ]
}

@test "the shell of a test is killed: the same" {
    cut_off
    pkill -KILL -s "$PID" -f bats-exec-test
    grace_wait 60 whole_again
    grace_wait 60 ended "$PID"
}

# interrupted: bats has ended, or is interrupted once more, five seconds after the last time. bash goes on
# if the command it waits for has dealt with the signal: who sits there presses the keys again.
interrupted() {
    ended "$PID" && return
    ! passed 5 "$PRESSED" || press_ctrl_c
    return 1
}

press_ctrl_c() {
    PRESSED=${EPOCHREALTIME/[.,]/}
    kill -INT -- "-$PID" || true # it has just ended: the next look tells
}

@test "Ctrl-C: the same" {
    cut_off
    press_ctrl_c
    grace_wait 60 interrupted
    grace_wait 60 whole_again
}

@test "a test that takes longer than bats gives it: the same" {
    BATS_TEST_TIMEOUT=20 cut_off
    grace_wait 60 ended "$PID"
    grace_wait 60 whole_again
    log_has '^not ok 1 .*timeout'
}

@test "bats ends although a server was started, and would not otherwise" {
    inner <<'END'
TEST "nothing of the server holds the descriptors of bats" {
    grace_start -- ./server $PORT
    for pid in $(grace_status pid) $(grace_status main); do
        ! find /proc/$pid/fd -lname 'pipe:*' -printf '%f\n' | grep -x '[34]'
        [[ $(readlink /proc/$pid/fd/1) == *.log ]]
    done
}
END
    passes
}
