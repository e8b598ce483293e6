# SPDX-License-Identifier: ISC
# The test tools themselves, without the shim: what finds nothing wrong must be able to.
load helper

# start_bare PORT [OPTION...]: our server, without the shim; sets HOST and PORT.
start_bare() {
    start server "$SERVER" --listen "127.0.0.1:$1" --portfile "$BATS_TEST_TMPDIR/port" "${@:2}"
    wait_until 5 test -s "$BATS_TEST_TMPDIR/port"
    read -r HOST PORT <"$BATS_TEST_TMPDIR/port"
}

expect_failure() {
    local rc=0
    load_finish || rc=$?
    [ "$rc" -eq 1 ]
    [ "$(load_value failed)" -gt 0 ]
}

@test "load: every way to wait answers under every model" {
    for model in single threads prefork fork; do
        for way in epoll-lt epoll-et epoll-oneshot epoll-exclusive epoll-shared poll ppoll select \
            pselect accept select-accept pselect-accept poll-accept ppoll-accept epoll-lt-accept \
            epoll-oneshot-accept epoll-pwait-accept epoll-pwait2-accept; do
            rm -f "$BATS_TEST_TMPDIR/port"
            start_bare 0 --wait "$way" --model "$model"
            "$LOAD" -n 200 --expect "^pid $PID" "$HOST" "$PORT"
        done
        stop_all
    done
}

@test "load: a server that is killed and started again costs requests" {
    start_bare 0 --model prefork
    load_start "$HOST" "$PORT"
    wait_until 5 tree_has "$PID" 4 # none is started when all are killed
    tree_of "$PID" | xargs kill -KILL
    wait_until 5 grep -q 'first refused' "$BATS_TEST_TMPDIR/load.err"
    rm "$BATS_TEST_TMPDIR/port"
    start_bare "$PORT" --body again
    "$LOAD" -n 1 --expect '^again$' "$HOST" "$PORT"
    expect_failure
    [ "$(load_value refused)" -gt 0 ]
}

@test "load: a connection that is reset is a failure" {
    start_bare 0 --slow-ms 60000
    load_start "$HOST" "$PORT"
    start_beside slow "$LOAD" -c 1 -p /slow "$HOST" "$PORT"
    wait_until 5 connected "$PORT" "$LAUNCHED"
    kill -KILL "$PID"
    ends_with 1 "$LAUNCHED"
    grep -Eq '^(eof|reset) 1$' "$BATS_TEST_TMPDIR/slow.log"
}

connected() {
    ss -tnp state established "dport = :$1" | grep -q "pid=$2,"
}

@test "load: an answer that is too short, or another one, is a failure" {
    start_bare 0 --body "version 2"
    run -1 "$LOAD" -n 10 --expect '^version 1' "$HOST" "$PORT"
    [[ $output == *'wrong 1'* ]]
    printf 'HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\nonly half' >"$BATS_TEST_TMPDIR/half"
    port=$(free_port)
    start half "$PYTHON" "$ROOT/tests/servers/say.py" "$port" "$BATS_TEST_TMPDIR/half"
    wait_until 5 log_has listening
    run -1 "$LOAD" -n 10 127.0.0.1 "$port"
    [[ $output == *'first eof'*'9 of 20 bytes'* ]]
}

@test "load: a silence is measured, also at the end" {
    start_bare 0
    load_start "$HOST" "$PORT"
    kill -STOP "$PID"
    wait_until 5 silent_for_half_a_second
    kill -CONT "$PID"
    load_finish
    ! at_most longest_silence_ms 400 || false
}

@test "load: what the machine itself stood still is no silence, and no latency" {
    start_bare 0
    load_start "$HOST" "$PORT"
    kill -STOP "$LOAD_PID" # for its clients that is the machine
    wait_until 5 silent_for_half_a_second
    kill -CONT "$LOAD_PID"
    load_finish
    ! at_most standstill_ms 400 || false
    at_most longest_silence_ms 400
    at_most max_latency_ms 400
}

@test "load: its time and its rate are those of a machine that runs" {
    start_bare 0
    load_start -t 5 -r 50 -n 60 "$HOST" "$PORT"
    kill -STOP "$LOAD_PID"
    run -1 wait_until 6 false
    kill -CONT "$LOAD_PID"
    load_finish
    (($(load_value requests) < 250)) # those of the time in which it stood are not caught up
}

# By looks, of 10 ms at least: while the machine stands still there is no silence.
silent_for_half_a_second() {
    ((++silent > 50))
}

@test "launch: only three files are open, signals are as new" {
    trap '' USR1
    run -0 "$LAUNCH" --stdin /dev/null -- ls /proc/self/fd
    trap - USR1
    [ "$(wc -w <<<"$output")" -eq 4 ]
    run -0 "$LAUNCH" -- grep -E '^Sig(Ign|Blk)' /proc/self/status
    [[ $output == *$'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000'* ]]
}

@test "wait_until: what the machine stood still is no time that is over" {
    local seen=0
    third_look_takes_long() {
        ((++seen != 3)) || sleep 5
        ((seen == 8))
    }
    wait_until 1 third_look_takes_long
    run -1 wait_until 1 false
}
