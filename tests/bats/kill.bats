# SPDX-License-Identifier: ISC
# SIGKILL for each party at each step: clients lose what that process held and nothing else, and no
# process is left behind.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    PORT=$(free_port)
    APP=$BATS_TEST_TMPDIR/app
    FINISH=$BATS_TEST_TMPDIR/finish
    export GRACE_SETTLE=200ms
}

# version SERVER-OPTION...
version() {
    put "$APP" <<<"#!/bin/sh
exec '$SERVER' --listen 127.0.0.1:$PORT $*"
}

start_app() {
    version "$@"
    start_wrapped app "$APP"
    [[ $* != *prefork* ]] || wait_until 10 session_has 5
    load_start -r 400 127.0.0.1 "$PORT"
}

# A slow answer, by the generation that serves now.
ask_slowly() {
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$BATS_TEST_TMPDIR/slow" --stderr /dev/null -- \
        "$LOAD" -c 1 -n 1 -p /slow 127.0.0.1 "$PORT" &
    SLOW=$!
    STARTED+=("$SLOW")
    wait_until 10 accepted "$SLOW" 1
}

asks() {
    ss -tnpH state established "dport = :$PORT" | grep -q "pid=$1,"
}

# members GENERATION: its processes, main first.
members() {
    local main
    main=$(status "$PID" | grep -oE "\"generation\":$1,\"pid\":[0-9]+" | grep -oE '[0-9]+$') &&
        echo "$main" && { tree_of "$main" | grep -vx "$main" || true; }
}

# session PID: what lives in it, the launcher's own included.
session() {
    processes | awk -v sid="$1" '$3 == sid { print $1 }'
}

session_has() {
    (($(session "$PID" | wc -l) == $1))
}

session_is_empty() {
    [[ -z $(session "$1") ]]
}

in_state() {
    [[ $(status "$PID") == *"\"state\":\"$1\""* ]]
}

# While it still listens the old generation may take one more client.
only_drains() {
    stopped_listening 1 && draining_one_connection
}

draining_one_connection() {
    [[ $(status "$PID") =~ \"state\":\"draining\",\"processes\":[0-9]+,\"connections\":1, ]]
}

@test "the supervisor, while it serves: the server goes on, and is stopped as any" {
    for model in single prefork threads; do
        start_app --model "$model"
        mapfile -t servers < <(members 1)
        kill -KILL "$PID"
        wait_until 5 ended "$PID"
        load_finish
        load_start -r 400 127.0.0.1 "$PORT"
        load_finish
        kill -TERM "${servers[0]}"
        wait_until 5 session_is_empty "$PID"
        rm "$LOG"
    done
}

@test "the supervisor, while it starts a generation: clients see nothing" {
    start_app
    version --start-ms 30000
    kill -HUP "$PID"
    wait_until 5 log_has 'generation 2 starting'
    mapfile -t servers < <(members 1 && members 2)
    kill -KILL "$PID"
    wait_until 5 ended "$PID"
    load_finish
    load_start -r 400 127.0.0.1 "$PORT"
    load_finish
    kill -TERM "${servers[@]}"
    wait_until 5 session_is_empty "$PID"
}

@test "the supervisor, while one drains: answers in progress are finished" {
    start_app --slow-until "$FINISH"
    ask_slowly
    kill -HUP "$PID"
    wait_until 5 draining_one_connection
    mapfile -t servers < <(members 1 && members 2)
    kill -KILL "$PID"
    wait_until 5 ended "$PID"
    touch "$FINISH"
    wait "$SLOW" || fail "$(<"$BATS_TEST_TMPDIR/slow")"
    load_finish
    kill -TERM "${servers[@]}"
    wait_until 5 session_is_empty "$PID"
}

@test "a supervisor after one that was killed" {
    start_app
    mapfile -t servers < <(members 1)
    kill -KILL "$PID"
    wait_until 5 ended "$PID"
    load_finish
    run -3 "$GRACE" status "$PID"
    kill -KILL "${servers[@]}"
    wait_until 5 session_is_empty "$PID"
    start_app
    restart_and_wait "$PID"
    load_finish
}

@test "the new generation, while it starts" {
    for model in single prefork; do
        start_app
        version --start-ms 30000
        kill -HUP "$PID"
        wait_until 5 log_has 'generation 2 starting'
        kill -KILL "$(members 2 | head -n 1)"
        wait_until 5 rolled_back "$PID" 1
        log_has 'rolled back: killed by signal 9 \(Killed\) after [0-9]+ ms'
        version --model "$model"
        restart_and_wait "$PID"
        load_finish
        kill -KILL "$PID"
        kill_session
        rm "$LOG"
    done
}

kill_session() {
    wait_until 5 no_session_left
}

no_session_left() {
    session "$PID" | xargs -r kill -KILL 2>/dev/null
    session_is_empty "$PID"
}

@test "the main process of a new generation whose workers serve already" {
    local other
    other=$(free_port)
    export GRACE_SETTLE=10s
    start_app --listen "127.0.0.1:$other"
    version --model prefork
    kill -HUP "$PID"
    wait_until 5 workers_accept
    kill -KILL "$(members 2 | head -n 1)"
    wait_until 5 rolled_back "$PID" 1
    wait_until 10 lone_generation "$PID"
    load_finish
    wait_until 5 session_has 2
}

workers_accept() {
    [[ $(status "$PID") =~ \"generation\":2,\"pid\":[0-9]+,\"state\":\"starting\",\"processes\":4,\"connections\":[0-9]+,\"accepted\":[1-9] ]]
}

@test "the old generation, while it drains: its connections alone are lost" {
    start_app --slow-ms 20000
    ask_slowly
    kill -HUP "$PID"
    wait_until 10 only_drains
    mapfile -t servers < <(members 1)
    kill -KILL "${servers[@]}"
    wait_until 5 settled "$PID" 2
    load_finish
    rc=0
    wait "$SLOW" || rc=$?
    ((rc == 1)) || fail "exit status $rc"
}

@test "the main process of a draining prefork server: its workers finish" {
    start_app --slow-until "$FINISH" --model prefork
    ask_slowly
    kill -HUP "$PID"
    wait_until 5 draining_one_connection
    main=$(members 1 | head -n 1)
    kill -KILL "$main"
    wait_until 5 ended "$main"
    touch "$FINISH"
    wait "$SLOW" || fail "$(<"$BATS_TEST_TMPDIR/slow")"
    wait_until 5 settled "$PID" 2
    load_finish
    wait_until 10 session_has 5
}

@test "the server: its end is that of the supervisor, and a next generation goes with it" {
    start_app
    version --start-ms 30000
    kill -HUP "$PID"
    wait_until 5 log_has 'generation 2 starting'
    kill -KILL "$(members 1)"
    ends_with 137
    wait_until 5 session_is_empty "$PID"
}

@test "the main process of a prefork server: the workers live on, as without us" {
    start_app --model prefork
    mapfile -t servers < <(members 1)
    kill -KILL "${servers[0]}"
    ends_with 137
    load_finish
    session_has 3
    kill_session
}

# Requests that it had in hand are lost with it.
@test "a worker: the others serve, and a restart is as any other" {
    start_app --model prefork
    kill -KILL "$(members 1 | tail -n 1)"
    load_finish || (($(load_value failed) <= 8))
    load_start -r 400 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    load_finish
    wait_until 10 session_has 5
}

@test "the old generation in a probation: the new one stays" {
    export GRACE_PROBATION=30s
    start_app
    kill -HUP "$PID"
    wait_until 5 log_has 'generation 2 ready'
    kill -KILL "$(members 1)"
    wait_until 5 settled "$PID" 2
    kill -KILL "$(members 2)"
    ends_with 137
}

@test "SIGSTOP for the old generation, while it drains: it is killed in time" {
    export GRACE_DRAIN_TIMEOUT=5s GRACE_STOP_TIMEOUT=500ms
    start_app --slow-ms 20000
    ask_slowly
    kill -HUP "$PID"
    wait_until 4 only_drains
    kill -STOP "$(members 1)"
    wait_until 10 settled "$PID" 2
    log_has 'generation 1: drain deadline reached, 1 connection cut'
    load_finish
}

@test "SIGSTOP for a server that is to drain: the new one serves its clients" {
    export GRACE_DRAIN_TIMEOUT=2s GRACE_STOP_TIMEOUT=500ms
    version
    start_wrapped app "$APP"
    kill -STOP "$(members 1)"
    load_start_unanswered
    kill -HUP "$PID"
    wait_until 10 settled "$PID" 2
    load_finish
}

# Clients whose first answer comes from the next generation.
load_start_unanswered() {
    rm -f "$BATS_TEST_TMPDIR/until"
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$BATS_TEST_TMPDIR/load.out" \
        --stderr "$BATS_TEST_TMPDIR/load.err" -- \
        "$LOAD" -c 8 -t 60 --until "$BATS_TEST_TMPDIR/until" -r 400 127.0.0.1 "$PORT" &
    LOAD_PID=$!
    STARTED+=("$LOAD_PID")
    wait_until 5 asks "$LOAD_PID"
}
