# SPDX-License-Identifier: ISC
# What a client of an old generation gets is what the server has written, byte by byte, whatever its
# connection was in the middle of when the drain began; but for "Connection: close" in an answer.
load helper

STREAMS=$BUILD/tests/servers/streams
FILES=$BATS_TEST_TMPDIR/files

# start_streams MODE [OPTION...]: such a server, wrapped, on $PORT.
start_streams() {
    mkdir -p "$FILES"
    export GRACE_KEEPALIVE=$1 GRACE_DRAIN_TIMEOUT=none
    start_wrapped streams "$STREAMS" "$PORT" "$FILES" "${@:2}"
}

# clients CASES MODE [ARGUMENT...]: all of them over one restart.
clients() {
    SUPERVISOR=$PID run "$PYTHON" "$ROOT/tests/tools/streams_$1.py" "$PORT" "$FILES" "${@:2}"
    ((status == 0)) || fail "$output"
}

@test "HTTP/1, off" {
    start_streams off
    clients plain off
}

@test "HTTP/1, close" {
    start_streams close
    clients plain close
}

# start_origin: sets ORIGIN, the port of one that no restart concerns.
start_origin() {
    ORIGIN=$(grace_free_port)
    mkdir -p "$FILES"
    start_beside origin "$STREAMS" "$ORIGIN" "$FILES"
    grace_wait 10 refuses_not "$ORIGIN"
}

refuses_not() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

@test "tunnels that are among the first answers" {
    start_origin
    start_streams close
    clients tunnels close learnt "$ORIGIN"
}

@test "tunnels that are among the first answers, off" {
    start_origin
    start_streams off
    clients tunnels off learnt "$ORIGIN"
}

@test "tunnels that are among the first answers, after a thousand files were read" {
    start_origin
    start_streams close --files 2000
    clients tunnels close learnt "$ORIGIN"
}

@test "relays of which nothing is known" {
    start_origin
    start_streams close
    clients tunnels close unlearnt "$ORIGIN"
}

@test "a proxy of plain TCP" {
    local way
    start_origin
    for way in w p T F; do
        start_streams close --relay-to "$ORIGIN" --relay-way "$way"
        clients tunnels close forwarding "$ORIGIN"
        PORT=$(grace_free_port)
        rm "$FILES/restarted"
    done
}

@test "answers of which the kernel takes a part" {
    start_streams close --send-buffer 4096
    clients cut close
}

@test "each way to wait: all clients are told" {
    local way
    for way in threads epoll-lt epoll-et epoll-oneshot poll select; do
        start_streams close --wait "$way"
        clients waiting close "$([[ $way != threads ]] || echo yes)"
        PORT=$(grace_free_port)
        rm "$FILES/restarted"
    done
}
