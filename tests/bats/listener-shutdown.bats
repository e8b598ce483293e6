# SPDX-License-Identifier: ISC
# A listener that the server shuts down ends as without the shim: whoever waits on it is woken, and
# the address is free.
load scripted

setup() {
    GATE=$BATS_TEST_TMPDIR/gate
    export GRACE_LOG_LEVEL=debug
}

# wakes EXPECTED: standard input waits on `listener`, which is shut down meanwhile.
wakes() {
    version < <(
        cat <<END
listener = listening($PORT)
def shut():
    wait_for("$GATE")
    listener.shutdown(socket.SHUT_RDWR)
threading.Thread(target=shut).start()
END
        cat
    )
    start_installed
    touch "$GATE"
    grace_wait 5 log_has "$1"
}

@test "shutdown() wakes poll()" {
    wakes '^poll .*, 16\)' <<'END'
poll = select.poll()
poll.register(listener, select.POLLIN)
log("poll", poll.poll())
END
}

@test "shutdown() wakes select()" {
    wakes '^select \(\[3\]' <<'END'
log("select", select.select([3], [], []))
END
}

@test "shutdown() wakes accept()" {
    wakes 'Invalid argument' <<<'listener.accept()'
}

@test "a listener that was shut down is bound again, and the server restarted" {
    start_version <<END
def again(*_):
    global listener
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    listener = listening($PORT)
    log("again")
import signal
signal.signal(signal.SIGUSR1, again)
listener = listening($PORT)
while True:
    try:
        conn, _ = listener.accept()
    except OSError:
        continue
    answering("1")(conn)
END
    answers 1 127.0.0.1 "$PORT"
    kill -USR1 "$(server_pid "$PID")"
    grace_wait 5 log_has again
    answers 1 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    answers 1 127.0.0.1 "$PORT"
}

nobody_listens() {
    [[ -z $(ss -Hltn "sport = :$PORT") ]]
}

is_free() {
    "$PYTHON" -c "import socket, sys; socket.socket().bind(('127.0.0.1', int(sys.argv[1])))" "$PORT"
}

# one_of_two: a server with two listeners shuts one down, and keeps its number for what may come.
one_of_two() {
    OTHER=$(grace_free_port)
    start_version <<END
first, second = listening($OTHER), listening($PORT)
def shut():
    wait_for("$GATE")
    second.shutdown(socket.SHUT_RDWR)
    wait_for("$GATE.close")
    second.close()
    wait_for("$GATE.never")
threading.Thread(target=shut).start()
serve(first, body="1")
END
    touch "$GATE"
    grace_wait 5 log_has "tcp 127.0.0.1:$PORT was .*released"
    grace_wait 5 nobody_listens
}

@test "a listener that was shut down for good is free when it is closed" {
    one_of_two
    touch "$GATE.close"
    grace_wait 5 is_free
}

@test "a listener that was shut down delays no restart" {
    one_of_two
    rm "$GATE"
    version <<<"serve(listening($OTHER), body='2')"
    restart_and_wait "$PID"
    answers 2 127.0.0.1 "$OTHER"
}

serves_again() {
    [[ $(body "unix:$1" 2>&1) == again ]]
}

@test "a UNIX listener that was shut down is bound again" {
    local path=$BATS_TEST_TMPDIR/socket
    start_version <<END
def again():
    wait_for("$GATE")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    os.unlink("$path")
    threads([listening("$path")], answering("again"))
listener = listening("$path")
threading.Thread(target=again).start()
while True:
    try:
        conn, _ = listener.accept()
    except OSError:
        break
    answering("1")(conn)
END
    answers 1 "unix:$path"
    touch "$GATE"
    grace_wait 5 serves_again "$path"
    restart_and_wait "$PID"
    grace_wait 5 answers again "unix:$path"
}

@test "an old generation that shuts one listener down keeps the others" {
    local other
    export GRACE_KEEPALIVE=off
    other=$(grace_free_port)
    start_version <<END
first, second = listening($PORT), listening($other)
poll = select.poll()
poll.register(first, select.POLLIN)
poll.register(second, select.POLLIN)
def shut():
    wait_for("$GATE")
    first.shutdown(socket.SHUT_RDWR)
    log("events", poll.poll(0))
threading.Thread(target=shut).start()
kept = []
while True:
    try:
        kept.append(first.accept())
    except OSError:
        break
END
    preconnect
    grace_wait 10 connections_are 1
    version <<<"serve(listening($PORT), listening($other), body='2')"
    hup_until 10 drains 1
    touch "$GATE"
    grace_wait 5 log_has '^events'
    log_has '^events \[\(3, 16\)\]$' || dump_log
    drop 0
}
