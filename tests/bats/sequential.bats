# SPDX-License-Identifier: ISC
# GRACE_MODE=sequential: servers that can't run twice. Clients wait, none is refused.

load helper

setup() {
    LOCK=$BATS_TEST_TMPDIR/lock
    export GRACE_MODE=sequential
}

# start_alone [CONDITION]: a server that runs once at a time, and not unless this is true.
start_alone() {
    put "$APP" <<<"#!/bin/sh
${1-true} || exit 3
exec $PYTHON $ROOT/tests/servers/pidfiled.py lock $PORT $LOCK"
    start_wrapped server "$APP"
}

@test "a server that locks its data is restarted under load, no request fails" {
    start_alone
    restart_under_load 5 "http://127.0.0.1:$PORT/"
    log_lacks 'refused|rolled back|failed'
}

@test "the old one has ended before the new one starts" {
    start_alone
    restart_and_wait "$PID"
    grep -nE 'generation (1|2) (ends|draining|drained|starting|ready)' "$LOG" >&2
    [[ $(grep -oE 'generation [12] (ends|draining|drained|starting)' "$LOG" | tr '\n' ,) == \
        "generation 1 ends,generation 1 draining,generation 1 drained,generation 2 starting," ]]
}

@test "redis with an append-only file keeps every write over five restarts" {
    start_wrapped server redis-server --port "$PORT" --bind 127.0.0.1 --dir "$BATS_TEST_TMPDIR" \
        --appendonly yes --appendfsync no --save ''
    local log
    log=$(log_of clients)
    start_beside clients "$PYTHON" "$ROOT/tests/servers/counting.py" "$PORT" 60 "$BATS_TEST_TMPDIR/until"
    restart_times 5
    touch "$BATS_TEST_TMPDIR/until"
    grace_wait 30 gone "$LAUNCHED"
    cat "$log" >&2
    [[ $(<"$log") =~ acknowledged\ ([0-9]+)\ failed\ 0\ .*stored\ ([0-9]+) ]]
    ((BASH_REMATCH[1] > 100 && BASH_REMATCH[1] == BASH_REMATCH[2]))
}

@test "a new version that fails is tried again while clients wait, and its end serves them" {
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_alone "test -e $gate"
    load_start "http://127.0.0.1:$PORT/"
    rm "$gate"
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *"exit status 3"* ]]
    log_has 'generation 2 failed: exit status 3 .*trying again in 500 ms, clients wait'
    touch "$gate"
    grace_wait 20 settled_beyond "$PID" 2
    load_finish
}

@test "a stop while the next generation is awaited ends everything" {
    start_alone "mkdir $LOCK.once" # a second time it can't be made
    hup_until 10 log_has 'generation 2 failed'
    stop_and_wait "$PID"
}

@test "a restart asked for during one follows it" {
    start_alone
    hup_until 10 log_has 'generation 1 ends'
    hup_until 20 settled "$PID" 3
}

@test "each restart is told of its own end" {
    local first
    start_server --start-ms 500
    "$GRACE" restart "$PID" >"$BATS_TEST_TMPDIR/first" 3>&- &
    first=$!
    grace_wait 10 log_has 'generation 2 starting'
    run -0 "$GRACE" restart "$PID"
    [[ ${lines[-1]} == *'generation 3 ready'* ]] || fail "$output"
    wait "$first"
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/first") == *'generation 2 ready'* ]]
}

@test "whoever asks for a restart during a pause does not wait for its end" {
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_alone "test -e $gate"
    for try in 1 2 3; do # a busy machine may need as long as the pause is
        rm "$gate"
        hup_until 20 paused "$try"
        touch "$gate"
        run timeout 3 "$GRACE" restart "$PID"
        ((status == 124)) || break
        grace_wait 20 lone_generation "$PID"
    done
    ((status == 0)) || fail "$output"
}

# paused TIMES: so many long pauses have begun.
paused() {
    (($(grep -c 'trying again in 4000 ms' "$LOG") == $1))
}

@test "GRACE_MODE has three values" {
    run env GRACE_MODE=parallel LD_PRELOAD="$LIBGRACE" true
    [[ $status -eq 125 && $output == *"GRACE_MODE=parallel: the value must be auto, overlap or sequential"* ]]
}

# A child closes its copy; the placeholder that its parent has by now is none.
@test "listeners outlive a slow end of the old generation" {
    export GRACE_SETTLE=100ms
    start_wrapped server "$SERVER" --model fork --slow-ms 1000 --listen "127.0.0.1:$PORT"
    client_start client -n 1 "http://127.0.0.1:$PORT/slow"
    grace_wait 10 number_is accepted 1
    hup_until 10 log_has 'generation 1 draining'
    requests -n 50 "http://127.0.0.1:$PORT/"
    ends_with 0 "$LAUNCHED"
    grace_wait 10 settled "$PID" 2
    log_lacks released
}

# PostgreSQL waits so; in accept() it would never hear the signal that asks it to end. Who is there
# when it is to drain is taken for it, and keeps it.
@test "a server that was told of a client before it is to end serves that client" {
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/selecting.py" "$PORT" \
        "$BATS_TEST_TMPDIR/gate"
    client_start client -n 1 --expect "^$(server_pid "$PID")\$" "http://127.0.0.1:$PORT/"
    grace_wait 10 log_has readable
    hup_until 10 draining_one_connection
    touch "$BATS_TEST_TMPDIR/gate"
    grace_wait 10 settled "$PID" 2
    ends_with 0 "$LAUNCHED"
    log_lacks 'Error|did not stop'
}

# silences COMMAND...: three restarts by it; sets SHORTEST and LONGEST, of the times in which a client
# hears nothing, in milliseconds.
silences() {
    local ms
    SHORTEST=999999 LONGEST=0
    for _ in 1 2 3; do
        load_start "http://127.0.0.1:$PORT/"
        "$@"
        load_finish || true # without grace some are refused
        ms=$(grace_load_value longest_silence_ms)
        ms=${ms%.*}
        ((SHORTEST < ms)) || SHORTEST=$ms
        ((LONGEST > ms)) || LONGEST=$ms
    done
}

start_plain() {
    start_beside plain "$SERVER" --start-ms 100 --listen "127.0.0.1:$PORT"
    grace_wait 10 answered
}

stop_plain() {
    kill "$LAUNCHED"
    wait "$LAUNCHED" || true
}

# restart_plain: as without grace.
restart_plain() {
    LAUNCHED=$PLAIN stop_plain
    start_plain
    PLAIN=$LAUNCHED
}

@test "clients wait as long as the server takes to stop and to start, and no longer" {
    local plain
    start_plain
    PLAIN=$LAUNCHED
    silences restart_plain
    plain=$LONGEST
    LAUNCHED=$PLAIN stop_plain
    start_server --start-ms 100
    silences restart_and_wait "$PID"
    echo "$SHORTEST ms, without grace $plain ms" >&2
    ((SHORTEST < 2 * plain))
}

@test "nor do they wait for datagrams that the old generation may still answer" {
    install_version 1
    start_wrapped server GRACE_SETTLE=1h "$PYTHON" "$ROOT/tests/servers/datagrams.py" poll "$PORT" "$BODY"
    restart_and_wait "$PID"
}
