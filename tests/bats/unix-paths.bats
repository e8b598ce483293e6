# SPDX-License-Identifier: ISC
# Whose the name of a UNIX listener is: who goes, for whatever reason, leaves it to those who stay.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    SOCKET=$BATS_TEST_TMPDIR/s
    export GRACE_SETTLE=200ms
}

# leaving [BODY]: it removes its path at its exit; standard input is done before it serves.
leaving() {
    {
        cat <<END
import signal
def leave(status):
    if os.path.exists("$SOCKET"):
        os.unlink("$SOCKET")
    os._exit(status)
signal.signal(signal.SIGTERM, lambda *_: leave(0))
if os.path.exists("$SOCKET"):
    os.unlink("$SOCKET")
b = listening($PORT)
END
        cat
        echo "serve(a, b, body='${1-1}')"
    } >"$BATS_TEST_TMPDIR/body"
    version <"$BATS_TEST_TMPDIR/body"
}

good() {
    leaving "$1" <<<"a = listening('$SOCKET')"
}

start_good() {
    good "$1"
    start_installed
}

# keeping BODY: its first client on the port gets no answer.
keeping() {
    leaving "$1" <<END
a = listening("$SOCKET")
def keep():
    conn, _ = b.accept()
    open("$BATS_TEST_TMPDIR/kept", "w").close()
    time.sleep(1000)
threading.Thread(target=keep, daemon=True).start()
accept_all(a, answering("$1"))
END
}

# takes_its_path_along: a stop leaves nothing, as without grace.
takes_its_path_along() {
    kill -TERM "$PID"
    wait "$PID"
    [[ ! -e $SOCKET ]]
}

restart_fails() {
    run "$GRACE" restart "$1"
    [[ $status -eq 1 ]] || fail "$output"
}

@test "a new version that fails by itself and cleans up" {
    start_good one
    leaving <<<"a = listening('$SOCKET'); leave(3)"
    restart_fails "$PID"
    answers one "unix:$SOCKET"
    restart_fails "$PID"
    answers one "unix:$SOCKET"
    good two
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
}

@test "one that binds it again when there is no way back any more" {
    start_good one
    version <<END
a, b = listening("$SOCKET"), listening($PORT)
os.unlink("$SOCKET")
def again():
    wait_for("$BATS_TEST_TMPDIR/go")
    threads([listening("$SOCKET")], answering("again"))
threading.Thread(target=again).start()
serve(a, b, body="two")
END
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
    touch "$BATS_TEST_TMPDIR/go"
    grace_wait 10 answers again "unix:$SOCKET"
    good three
    restart_and_wait "$PID"
    answers three "unix:$SOCKET"
}

@test "one that binds it twice before it serves" {
    start_good one
    leaving two <<END
a = listening("$SOCKET")
a.close()
os.unlink("$SOCKET")
a = listening("$SOCKET")
END
    restarts_lose_nothing "unix:$SOCKET"
    answers two "unix:$SOCKET"
}

@test "a new version that fails in its probation and cleans up" {
    export GRACE_PROBATION=20s
    start_good one
    leaving two <<END
a = listening("$SOCKET")
threading.Thread(target=lambda: (wait_for("$BATS_TEST_TMPDIR/fail"), leave(3)), daemon=True).start()
END
    hup_until 10 log_has 'generation 2 ready'
    touch "$BATS_TEST_TMPDIR/fail"
    grace_wait 10 rolled_back "$PID" 1
    answers one "unix:$SOCKET"
    takes_its_path_along
}

@test "an old version that ends during the probation of the new one" {
    export GRACE_PROBATION=20s
    local old
    start_good one
    old=$(server_pid "$PID")
    good two
    hup_until 10 log_has 'generation 2 ready'
    kill -TERM "$old"
    grace_wait 10 settled "$PID" 2
    answers two "unix:$SOCKET"
    takes_its_path_along
}

@test "a new version that is given up, but had a client until the drain deadline" {
    export GRACE_READY="exec=test -e $BATS_TEST_TMPDIR/gate" GRACE_READY_TIMEOUT=1s
    export GRACE_DRAIN_TIMEOUT=100ms
    touch "$BATS_TEST_TMPDIR/gate"
    start_good one
    keeping two
    rm "$BATS_TEST_TMPDIR/gate"
    grace_wait 30 kept_by_a_new_one
    grace_wait 20 settled "$PID" 1
    log_has 'generation [0-9]+: drain deadline reached'
    answers one "unix:$SOCKET"
}

# kept_by_a_new_one: that a second is too short for one is the machine's affair; then the next.
kept_by_a_new_one() {
    [[ ! -e $BATS_TEST_TMPDIR/kept ]] || return 0
    (($(starts) > $(grep -c 'rolled back' "$LOG") + 1)) || kill -HUP "$PID"
    knock
}

# Whichever generation accepts them, one comes to the one that keeps it.
until_kept() {
    grace_wait 10 knock
}

knock() {
    preconnect
    printf 'GET / HTTP/1.0\r\n\r\n' >&"${HELD[-1]}"
    [[ -e $BATS_TEST_TMPDIR/kept ]]
}

@test "in sequential mode a new version that fails by itself and cleans up" {
    export GRACE_MODE=sequential
    start_good one
    leaving <<END
a = listening("$SOCKET")
if not os.path.exists("$BATS_TEST_TMPDIR/gate"):
    leave(3)
END
    restart_fails "$PID"
    [[ -S $SOCKET ]]
    touch "$BATS_TEST_TMPDIR/gate"
    grace_wait 10 settled_beyond "$PID" 2
    answers 1 "unix:$SOCKET"
    takes_its_path_along
}

@test "a path that is missing comes back with the next restart, and stays" {
    export GRACE_STOP_SIGNAL=TERM
    start_good one
    rm "$SOCKET"
    good two
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
    log_has "nobody can reach .* any more, it is bound anew: $SOCKET"
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
    takes_its_path_along
}

@test "so does one that is moved into place" {
    moved one
    start_installed
    rm "$SOCKET"
    moved two
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
    : >"$LOG"
    restarts_lose_nothing "unix:$SOCKET"
}

moved() {
    version <<END
name = "$SOCKET.%d.tmp" % os.getpid()
a = bound(name)
os.rename(name, "$SOCKET")
a.listen(64)
serve(a, body="$1")
END
}

@test "so does one that is taken by link(), which nobody else of the server gets" {
    linked one
    start_installed
    rm "$SOCKET"
    linked two
    restart_and_wait "$PID"
    answers two "unix:$SOCKET"
    : >"$LOG"
    restarts_lose_nothing "unix:$SOCKET"
    answers two "unix:$SOCKET"
    takes_its_path_along
}

linked() {
    version <<END
import signal
def stop(*_):
    os.unlink("$SOCKET")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
def link(number):
    name = "$SOCKET.%d.%d" % (os.getpid(), number)
    sock = bound(name)
    try:
        os.link(name, "$SOCKET")
        return sock
    finally:
        os.unlink(name)
a = link(1)
try:
    sys.exit(link(2))
except FileExistsError:
    pass
a.listen(64)
serve(a, body="$1")
END
}

@test "a path that one version left out and the next one has again" {
    export GRACE_DRAIN_TIMEOUT=10s
    keeping one
    start_installed
    until_kept
    leaving none <<<"a = listening('\0$SOCKET')"
    hup_until 10 log_has "unix $SOCKET released"
    good two
    hup_until 10 log_has 'generation 3 ready'
    answers two "unix:$SOCKET"
    grace_wait 20 log_has 'generation 1 retired'
    log_has 'generation 1: drain deadline reached'
    answers two "unix:$SOCKET"
}
