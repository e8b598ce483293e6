#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A stop at any time: whoever is connected gets an answer, whoever comes later is refused, and
# nothing is left.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    PORT=$(free_port)
    export GRACE_SETTLE=200ms
}

teardown() {
    stop_all
}

is_gone() {
    [[ ! -d /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]
}

# all_gone PID...
all_gone() {
    local pid
    for pid; do
        is_gone "$pid" || return 1
    done
}

# ends_with STATUS PID
ends_with() {
    local rc=0
    wait_until 10 is_gone "$2"
    wait "$2" || rc=$?
    ((rc == $1)) || fail "exit status $rc"
}

# On trial, generation 2 serves beside generation 1, which has a client.
start_probation() {
    export GRACE_PROBATION=60s GRACE_STOP_TIMEOUT=none
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT"
    hold
    wait_until 5 connections_are 1
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 2 ready'
    mapfile -t ALL < <(tree_of "$PID")
}

@test "TERM during the probation: the new one is stopped, the old one finishes and goes" {
    start_probation
    kill -TERM "$PID"
    ends_with 143 "$PID"
    [[ $(release 0) == "pid "* ]]
    wait_until 10 all_gone "${ALL[@]}"
    run ! log_has 'rolled back|killing'
}

@test "grace stop --drain during the probation: both finish and go" {
    local stop
    start_probation
    "$GRACE" stop "$PID" --drain 3>&- &
    stop=$!
    wait_until 5 log_has 'generation 2 draining'
    [[ $(release 0) == "pid "* ]]
    ends_with 0 "$stop"
    wait_until 10 all_gone "${ALL[@]}"
    run ! log_has 'rolled back|goes on'
}

@test "who waits for a restart in its probation hears that it worked when the stop comes" {
    local restart
    export GRACE_PROBATION=60s
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT"
    "$GRACE" restart "$PID" 3>&- &
    restart=$!
    wait_until 10 log_has 'generation 2 ready'
    kill -TERM "$PID"
    ends_with 0 "$restart"
}

start_daemon() {
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --daemonize 1 --listen "127.0.0.1:$PORT"
    ends_with 0 "$PID"
    wait_until 10 compgen -G "$GRACE_RUNTIME_DIR/*.sock"
    PID=$(basename "$GRACE_RUNTIME_DIR"/*.sock .sock)
    STARTED+=("$PID")
    wait_until 10 settled "$PID" 1
    OLD=$(who_answers)
    STARTED+=("$OLD")
}

who_answers() {
    curl -s "127.0.0.1:$PORT/pid" | awk '{ print $2 }'
}

@test "a daemon dies in its probation: the old one goes on" {
    export GRACE_PROBATION=60s
    start_daemon
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 2 ready'
    wait_until 5 eval "pgrep -P $PID | wc -l | grep -qx 1"
    kill -KILL "$(pgrep -P "$PID")"
    wait_until 10 log_has 'generation 2 rolled back: all its processes ended [0-9]+ ms after it was ready; generation 1 goes on'
    wait_until 10 settled "$PID" 1
    [[ $(who_answers) == "$OLD" ]]
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 3 ready'
}

@test "the old daemon dies in the probation of the new one: that stays" {
    export GRACE_PROBATION=60s
    start_daemon
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 2 ready'
    kill -KILL "$OLD"
    wait_until 10 log_has 'generation 1 ended: .*there is no way back any more'
    wait_until 10 settled "$PID" 2
}
