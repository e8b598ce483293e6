# SPDX-License-Identifier: ISC
# Calls that block on what two generations share end as without the shim: by a client, by a signal,
# by SO_RCVTIMEO.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    GATE=$BATS_TEST_TMPDIR/gate
    SIGNALS=$BATS_TEST_TMPDIR/signals
    : >"$SIGNALS"
}

# The C library's own calls, for python repeats what a signal has interrupted. USR1 has a handler
# with SA_RESTART and USR2 one without; the handlers leave a byte each.
libc_calls() {
    cat <<END
import ctypes, errno, signal
libc = ctypes.CDLL(None, use_errno=True)
signal.signal(signal.SIGINT, signal.SIG_DFL)
for sig in (signal.SIGUSR1, signal.SIGUSR2)[:$1]:
    signal.signal(sig, lambda *_: None)
    signal.siginterrupt(sig, sig == signal.SIGUSR2)
signal.set_wakeup_fd(os.open("$SIGNALS", os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK))

def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result < 0:
        log(name, errno.errorcode[ctypes.get_errno()], os.getpid())
    return result
END
}

accepting() {
    libc_calls "$1"
    cat <<END
listener = listening($PORT)
while True:
    fd = call("accept", listener.fileno(), None, None)
    if fd >= 0:
        with socket.socket(fileno=fd) as conn:
            answer(conn, "accepted")
END
}

receiving() {
    libc_calls "$1"
    cat <<END
receiver = bound($PORT, type=socket.SOCK_DGRAM)
buffer, peer, size = bytes(64), bytes(16), ctypes.c_uint(16)
while True:
    if call("recvfrom", receiver.fileno(), buffer, 64, 0, peer, ctypes.byref(size)) >= 0:
        receiver.sendto(b"received", ("127.0.0.1", int.from_bytes(peer[2:4])))
END
}

asked() {
    "$PYTHON" - "$PORT" <<'END'
import socket, sys
with socket.socket(type=socket.SOCK_DGRAM) as sock:
    sock.settimeout(10)
    sock.connect(("127.0.0.1", int(sys.argv[1])))
    sock.send(b"?")
    assert sock.recv(64) == b"received"
END
}

# overlap ASK: the old generation alone serves, with another one starting beside it; what its thread
# does from ASK on is done in the overlap.
overlap() {
    SERVING=$(server_pid "$PID")
    version < <(echo "wait_for('$GATE')" && cat "$BATS_TEST_TMPDIR/server.py")
    hup_until 10 log_has 'generation 2 starting'
    "$@"
}

handled() {
    (($(stat -c %s "$SIGNALS") == $1))
}

# blocks: the main thread sleeps in recvfrom(), or in the futex or ppoll() that accept() has become.
# A signal that comes before interrupts nothing.
blocks() {
    [[ $(<"/proc/$SERVING/syscall") == @(45|202|271)' '* ]]
}

# signals SIG: while it blocks.
signals() {
    grace_wait 10 blocks
    kill "-$1" "$SERVING"
}

# goes_on_after_usr1 ASK: a signal whose handler has SA_RESTART; who is answered afterwards is so by a thread
# that has been through it.
goes_on_after_usr1() {
    signals USR1
    grace_wait 5 handled 1
    "$@"
    log_lacks 'EINTR|EAGAIN'
}

goes_over() {
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
}

@test "accept() goes on after a handler with SA_RESTART" {
    start_version < <(accepting 1)
    overlap answers accepted 127.0.0.1 "$PORT"
    goes_on_after_usr1 answers accepted 127.0.0.1 "$PORT"
    goes_over
}

@test "accept() goes on after a handler with SA_RESTART and ends with one without" {
    start_version < <(accepting 2)
    overlap answers accepted 127.0.0.1 "$PORT"
    goes_on_after_usr1 answers accepted 127.0.0.1 "$PORT"
    signals USR2
    grace_wait 5 log_has 'accept EINTR'
    answers accepted 127.0.0.1 "$PORT"
    goes_over
}

# accepting_thread [LINE]: another thread accepts; the main one does LINE again and again.
accepting_thread() {
    libc_calls 2
    cat <<END
listener = listening($PORT)
def accept():
    while True:
        fd = call("accept", listener.fileno(), None, None)
        if fd >= 0:
            with socket.socket(fileno=fd) as conn:
                answer(conn, "accepted")
thread = threading.Thread(target=accept, daemon=True)
thread.start()
${1-}
while True:
    call("pause")
    if os.path.exists("$GATE.thread"):
        signal.pthread_kill(thread.ident, signal.SIGUSR2)
END
}

# pauses: the main thread sleeps in pause(), and the other one in ppoll().
pauses() {
    [[ $(<"/proc/$SERVING/syscall") == '34 '* ]] &&
        cut -d ' ' -f 1 "/proc/$SERVING/task"/*/syscall | grep -qx 271
}

interrupted() {
    (($(grep -c "$1 EINTR" "$LOG") == $2))
}

@test "a signal is taken by the main thread, as it is while another one is in accept() itself" {
    local i
    start_version < <(accepting_thread)
    overlap answers accepted 127.0.0.1 "$PORT"
    for ((i = 1; i <= 20; i++)); do
        grace_wait 10 pauses
        kill -USR2 "$SERVING"
        grace_wait 5 interrupted pause "$i"
    done
    log_lacks 'accept EINTR'
    touch "$GATE.thread"
    kill -USR2 "$SERVING"
    grace_wait 5 log_has 'accept EINTR'
    answers accepted 127.0.0.1 "$PORT"
    goes_over
}

@test "a signal that the main thread blocks ends accept() in another one" {
    start_version < <(
        accepting_thread 'signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR2,))'
    )
    overlap answers accepted 127.0.0.1 "$PORT"
    grace_wait 10 pauses
    kill -USR2 "$SERVING"
    grace_wait 5 log_has 'accept EINTR'
    answers accepted 127.0.0.1 "$PORT"
    log_lacks 'pause EINTR'
    goes_over
}

@test "recvfrom() goes on after a handler with SA_RESTART and ends with one without" {
    start_version < <(receiving 2)
    overlap asked
    goes_on_after_usr1 asked
    signals USR2
    grace_wait 5 log_has 'recvfrom EINTR'
    asked
    goes_over
}

@test "accept() on a suspended listener goes on after a handler with SA_RESTART" {
    export GRACE_READY=notify GRACE_LOG_LEVEL=debug
    touch "$GATE"
    version < <(
        cat <<END
def ready():
    wait_for("$GATE")
    supervisor = os.environ["NOTIFY_SOCKET"].replace("@", "\0")
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", supervisor)
threading.Thread(target=ready).start()
END
        accepting 1
    )
    start_installed
    rm "$GATE"
    hup_until 10 log_has 'generation 2 adopts'
    SERVING=$(main_of 2)
    goes_on_after_usr1 goes_over
    answers accepted 127.0.0.1 "$PORT"
    log_lacks EINTR
}

# in_poll: or in restart_syscall(), which it is once it has been stopped and continued.
in_poll() {
    cut -d ' ' -f 1 "/proc/$SERVING/task"/*/syscall | grep -qxE '7|219'
}

# The main thread hears of the restart, and the one in poll() of nothing but USR2.
@test "a signal that another thread has handled hides none of the server's own" {
    version < <(
        libc_calls 2
        cat <<END
def wait():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGUSR2,))
    while True:
        call("poll", None, 0, -1)
signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGUSR2,))
threading.Thread(target=wait, daemon=True).start()
threads([listening($PORT)], answering("1"))
END
    )
    start_installed
    SERVING=$(server_pid "$PID")
    grace_wait 10 in_poll
    version <<<'sys.exit(7)'
    kill -HUP "$SERVING"
    grace_wait 10 rolled_back "$PID" 1
    kill -USR2 "$SERVING"
    grace_wait 5 log_has 'poll EINTR'
}

# The clock of a server that does all else between two calls.
ticking() {
    libc_calls 0
    cat <<END
listener = listening($PORT)
listener.setsockopt(ANY, socket.SO_RCVTIMEO, struct.pack("ll", 0, 10000))
kept = []
while True:
    kept.append(call("accept", listener.fileno(), None, None))
END
}

ticks() {
    grep -c "accept EAGAIN $SERVING" "$LOG"
}

has_ticked() {
    (($(ticks) >= $1))
}

goes_on_ticking() {
    grace_wait 5 has_ticked $(($(ticks) + 10))
}

@test "accept() keeps the time of SO_RCVTIMEO, in an overlap and drained" {
    export GRACE_KEEPALIVE=off
    start_version < <(ticking)
    preconnect
    overlap goes_on_ticking
    touch "$GATE"
    grace_wait 10 drains 1
    goes_on_ticking
    log_lacks EINTR
    drop 0
}
