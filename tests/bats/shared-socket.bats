# SPDX-License-Identifier: ISC
# Servers that share one listener, by whoever started them: when one of them is restarted, the others
# do not notice. What they expect of a blocking accept() is a client.
load scripted

setup() {
    GATE=$BATS_TEST_TMPDIR/gate
    touch "$GATE"
    WRAPPED="env LD_PRELOAD=$LIBGRACE $PYTHON -u $BATS_TEST_TMPDIR/server.py"
    PLAIN="$PYTHON -u $BATS_TEST_TMPDIR/server.py"
}

# accepting: it takes any error for its end; the first of the pool waits for the gate.
accepting() {
    cat <<END
if os.environ["POOLED"] == "0":
    wait_for("$GATE")
listener = socket.socket(fileno=0)
log("serves", os.environ["POOLED"], os.getpid())
while True:
    $1
    try:
        conn, _ = listener.accept()
    except OSError as error:
        log("accept failed", error)
        sys.exit(9)
    answering("pid " + str(os.getpid()))(conn)
END
}

# pooled NUMBER
pooled() {
    cat "$BATS_TEST_TMPDIR/pooled.$1"
}

serves_all() {
    (($(grep -c '^serves' "$LOG") >= $1))
}

# start_pool COMMAND...: PID is the first one's from here on.
start_pool() {
    start pool "$PYTHON" "$ROOT/tests/tools/pool.py" "$PORT" "$BATS_TEST_TMPDIR" "$@"
    grace_wait 20 serves_all $#
    PID=$(pooled 0)
    grace_wait 20 settled "$PID" 1
}

blocks() {
    local flags
    flags=$(awk '$1 == "flags:" { print $2 }' "/proc/$1/fdinfo/0")
    (((8#$flags & 04000) == 0)) || fail "O_NONBLOCK is set: $flags"
}

# restarts_alone: the first one is, under load, and the second one goes on.
restarts_alone() {
    local other
    other=$(pooled 1)
    load_start -c new=3 --expect '^pid [0-9]+$' "http://127.0.0.1:$PORT/"
    for _ in 1 2 3; do
        restart_and_wait "$PID"
    done
    load_finish
    log_lacks 'accept failed'
    kill -0 "$other"
}

@test "one beside it that runs without grace" {
    version < <(accepting pass)
    start_pool "$WRAPPED" "$PLAIN"
    restarts_alone
}

@test "one beside it that runs under its own grace" {
    version < <(accepting pass)
    start_pool "$WRAPPED" "$WRAPPED"
    grace_wait 20 settled "$(pooled 1)" 1
    restarts_alone
}

@test "one that waits in select() beside one that does not" {
    version < <(accepting 'select.select([listener], [], [])')
    start_pool "$WRAPPED" "$PLAIN"
    restarts_alone
}

@test "O_NONBLOCK is left alone while others have the socket, in an overlap and at its end" {
    version < <(accepting pass)
    start_pool "$WRAPPED" "$PLAIN"
    rm "$GATE"
    hup_until 10 log_has 'generation 2 starting'
    blocks "$(pooled 1)"
    connects 127.0.0.1 "$PORT"
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
    blocks "$(pooled 1)"
    log_lacks 'accept failed'
}

@test "who only keeps the socket for its server is not minded" {
    version < <(accepting pass)
    start_pool "$WRAPPED"
    rm "$GATE"
    hup_until 10 log_has 'generation 2 starting'
    run ! blocks "$(main_of 1)"
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
    blocks "$(main_of 2)"
}

@test "a sequential restart leaves O_NONBLOCK as it was" {
    export GRACE_MODE=sequential
    version < <(accepting pass)
    start_pool "$WRAPPED"
    restart_and_wait "$PID"
    blocks "$(main_of 2)"
    connects 127.0.0.1 "$PORT"
}
