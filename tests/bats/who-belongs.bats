# SPDX-License-Identifier: ISC
# What a server executes when it serves already is part of it if it serves, too; else nobody notices us.
load helper

# start_guarding COMMAND...: a server on $CONTROL that executes it once it serves.
start_guarding() {
    CONTROL=$(grace_free_port)
    start_wrapped guarding "$PYTHON" "$ROOT/tests/servers/guarding.py" "$CONTROL" "$@"
}

# wishes TEXT: what the guardian answers.
wishes() {
    local answer
    exec {SOCKET}<>"/dev/tcp/127.0.0.1/$CONTROL"
    echo "$1" >&"$SOCKET"
    answer=$(cat <&"$SOCKET")
    exec {SOCKET}>&-
    echo "$answer"
}

# How clients ask the worker.
KIND=tcp ASK=("http://127.0.0.1:$PORT/")

by_datagrams() {
    KIND=udp ASK=(--send '?' --expect 'version 1' "udp://127.0.0.1:$PORT")
}

asked() {
    requests -c new=1 -n 20 "${ASK[@]}" >/dev/null 2>&1
}

# held_at ADDRESS: by the supervisor.
held_at() {
    [[ $(status "$PID") == *"\"$KIND $1\""* ]]
}

# worker: who listens on $PORT besides the supervisor.
worker() {
    ss -tulnpH "sport = :$PORT" | grep -oE 'pid=[0-9]+' | tr -dc '0-9\n' | grep -vxm 1 "$PID"
}

# another_worker PID: not that one any more.
another_worker() {
    local now
    now=$(worker) && [[ $now && $now != "$1" ]] && asked
}

# kill_worker: somebody executes it again.
kill_worker() {
    local before
    before=$(worker)
    kill -KILL "$before"
    grace_wait 20 another_worker "$before"
}

serving() {
    grace_wait 20 asked
    grace_wait 20 held_at "127.0.0.1:$PORT"
}

WORKER=("$SERVER" --listen "127.0.0.1:$PORT")

@test "a worker that a guardian executes when it serves already" {
    start_guarding "${WORKER[@]}"
    serving
    restart_under_load 3 --rate 200 "${ASK[@]}"
}

@test "also after it was killed, and executed again" {
    start_guarding sh -c "${WORKER[*]}; exit 1"
    serving
    restart_and_wait "$PID"
    kill_worker
    restart_under_load 2 --rate 200 "${ASK[@]}"
    kill_worker
    restart_under_load 2 --rate 200 "${ASK[@]}"
}

# executed_for_client: by the guardian, whom a client asks for it and waits for.
executed_for_client() {
    local before now
    before=$(worker)
    now=$(wishes again)
    [[ $now && $now != "$before" ]]
    grace_wait 20 another_worker "$before"
}

@test "also when a client asks for it to be executed again" {
    start_guarding "${WORKER[@]}"
    serving
    executed_for_client
    restart_under_load 2 --rate 200 "${ASK[@]}"
    executed_for_client
    restart_under_load 1 --rate 200 "${ASK[@]}"
}

@test "a worker that takes longer than GRACE_SETTLE is waited for, as long as twice the last time" {
    local go=$BATS_TEST_TMPDIR/go begun=${EPOCHREALTIME/[.,]/}
    export GRACE_SETTLE=100ms
    start_guarding sh -c "until [ -e '$go' ]; do sleep 0.1; done; exec ${WORKER[*]}"
    grace_wait 20 passed 5 "$begun"
    touch "$go"
    serving
    rm "$go"
    load_start --rate 200 "${ASK[@]}"
    begun=${EPOCHREALTIME/[.,]/}
    hup_until 20 log_has 'generation 2 starting'
    grace_wait 20 passed 1 "$begun"
    log_lacks 'generation 2 ready'
    touch "$go"
    grace_wait 20 settled "$PID" 2
    load_finish
    log_has 'generation 2 ready .*2 listeners'
}

@test "a loop that starts the server again" {
    start_wrapped loop sh -c "while :; do ${WORKER[*]}; done"
    for _ in first second; do
        kill_worker
        restart_under_load 2 --rate 200 "${ASK[@]}"
    done
}

@test "a worker that answers datagrams" {
    by_datagrams
    install_version 1
    start_guarding "$PYTHON" "$ROOT/tests/servers/datagrams.py" epoll "$PORT" "$BODY"
    serving
    restart_under_load 2 --rate 200 "${ASK[@]}"
    kill_worker
    serving
    restart_under_load 2 --rate 200 "${ASK[@]}"
}

@test "a worker that removes a path before it binds it" {
    local path=$BATS_TEST_TMPDIR/worker.sock
    KIND=unix ASK=("unix:$path")
    start_guarding "$SERVER" --listen "unix:$path"
    grace_wait 20 asked
    grace_wait 20 held_at "$path"
    restart_under_load 2 --rate 200 "${ASK[@]}"
}

# start_hook LINE: a guardian that executes perl, which says its number, waits, and says when it wakes up.
start_hook() {
    # shellcheck disable=SC2016 # for perl
    start_guarding perl -e '$| = 1; $SIG{HUP} = sub { print "hook hung up\n" }; print "hook $$\n";
        while (1) { sleep 1000; print "hook woken\n" }'
    grace_wait 20 log_has '^hook [0-9]+$'
    HOOK=$(sed -n 's/^hook \([0-9]*\)$/\1/p' "$LOG")
}

woken() {
    (($(grep -c '^hook woken' "$LOG") == $1))
}

@test "a hook sleeps on when the server is restarted, and the restart signal is its own" {
    export GRACE_KEEPALIVE=off # for a client who says nothing
    start_hook
    kill -HUP "$HOOK"
    grace_wait 20 woken 1
    log_has '^hook hung up'
    log_lacks 'generation 2'
    PORT=$CONTROL preconnect
    grace_wait 10 connections_are 1
    hup_until 20 drains 1
    PORT=$CONTROL grace_wait 20 stopped_listening 1
    kill -0 "$HOOK"
    woken 1
    drop 0
    grace_wait 20 gone "$HOOK"
    grace_wait 20 settled "$PID" 2
}

@test "a daemon that it only starts is not restarted with it, and not ended" {
    local go=$BATS_TEST_TMPDIR/go daemon
    start_guarding sh -c "until [ -e '$go' ]; do sleep 0.1; done
        setsid -f ${WORKER[*]}
        exec sleep 1000"
    touch "$go"
    grace_wait 20 asked
    daemon=$(worker)
    restart_and_wait "$PID"
    ! held_at "127.0.0.1:$PORT" || false
    [[ $(worker) == "$daemon" ]]
    kill "$PID"
    grace_wait 20 gone "$PID"
    asked
}

@test "what is executed for a client gets nothing" {
    start_guarding "${WORKER[@]}"
    serving
    [[ $(wishes maps) != *libgrace.so* ]]
    restart_and_wait "$PID"
    [[ $(wishes maps) != *libgrace.so* ]]
}
