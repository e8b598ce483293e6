# SPDX-License-Identifier: ISC
# A new generation takes over UNIX listeners, whatever each version does with their name in the file
# system.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    SOCKET=$BATS_TEST_TMPDIR/s
    export GRACE_SETTLE=200ms
}

@test "a path that each version unlinks before bind" {
    start_wrapped server "$SERVER" --listen "unix:$SOCKET"
    restarts_lose_nothing "unix:$SOCKET"
}

# unlinks_at_exit: as many servers do, and as asyncio does.
unlinks_at_exit() {
    version <<END
import signal
def stop(*_):
    os.unlink("$SOCKET")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
if os.path.exists("$SOCKET"):
    os.unlink("$SOCKET")
serve(listening("$SOCKET"), body="1")
END
}

@test "a path that the old generation unlinks at its exit" {
    export GRACE_STOP_SIGNAL=TERM
    unlinks_at_exit
    start_installed
    restarts_lose_nothing "unix:$SOCKET"
    [[ -S $SOCKET ]]
}

@test "a path is gone after a stop, as without grace" {
    unlinks_at_exit
    start_installed
    restart_and_wait "$PID"
    kill -TERM "$PID"
    wait "$PID"
    [[ ! -e $SOCKET ]]
}

@test "a path that is bound under another name and moved into place" {
    start_version <<END
if os.path.exists("$SOCKET.new"):
    os.unlink("$SOCKET.new")
a = listening("$SOCKET.new")
os.rename("$SOCKET.new", "$SOCKET")
serve(a, body="1")
END
    restarts_lose_nothing "unix:$SOCKET"
}

# Its name is bound already, as that of the socket which is moved now: the kernel refuses.
@test "a name that was moved into place, and now into another place: rolled back" {
    local place
    moved_to() {
        version <<END
a = listening("$SOCKET.new")
os.rename("$SOCKET.new", "$1")
serve(a, body="$1")
END
    }
    moved_to "$SOCKET"
    start_installed
    load_start "unix:$SOCKET"
    for place in "$SOCKET.other" "$SOCKET"; do
        moved_to "$place"
        "$GRACE" restart "$PID" || [[ $place == *.other ]]
    done
    rolled_back "$PID" 1
    load_finish
    answers "$SOCKET" "unix:$SOCKET"
}

# As haproxy does: another name each time, and the mode is set before anybody can connect.
moved_version() {
    version <<END
a = socket.socket(socket.AF_UNIX)
name = "$SOCKET.%d.tmp" % os.getpid()
a.bind(name)
os.chmod(name, 0o$1)
os.rename(name, "$SOCKET")
a.listen(64)
serve(a, body="$1")
END
}

@test "a path that is bound under a name with its pid, moved into place, then listened on" {
    local inode
    moved_version 600
    start_installed
    inode=$(stat -c %i "$SOCKET")
    load_start "unix:$SOCKET"
    moved_version 640
    restart_and_wait "$PID"
    moved_version 660
    restart_and_wait "$PID"
    load_finish
    answers 660 "unix:$SOCKET"
    [[ $(stat -c '%i %a' "$SOCKET") == "$inode 660" ]]
    [[ $(find "${SOCKET%/*}" -name '*.tmp') == '' ]]
    log_lacks 'not served|released'
}

# As supervisord does, which also looks whether somebody answers there already.
linked_version() {
    version <<END
if socket.socket(socket.AF_UNIX).connect_ex("$SOCKET") == 0:
    sys.exit("somebody answers already")
name = "$SOCKET.%d" % os.getpid()
a = bound(name)
os.chmod(name, 0o$1)
os.link(name, "$SOCKET")
os.unlink(name)
a.listen(64)
serve(a, body="$1")
END
}

@test "a path that is taken by link(), then listened on" {
    local inode
    linked_version 600
    start_installed
    inode=$(stat -c %i "$SOCKET")
    load_start "unix:$SOCKET"
    linked_version 640
    restart_and_wait "$PID"
    linked_version 660
    restart_and_wait "$PID"
    load_finish
    answers 660 "unix:$SOCKET"
    [[ $(stat -c '%i %a' "$SOCKET") == "$inode 660" ]]
    [[ $(find "${SOCKET%/*}" -name 's.*') == '' ]]
    log_lacks 'not served|released'
}

@test "a path that is listened on, then taken by link()" {
    start_version <<END
a = listening("$SOCKET.new")
os.link("$SOCKET.new", "$SOCKET")
os.unlink("$SOCKET.new")
serve(a, body="1")
END
    restarts_lose_nothing "unix:$SOCKET"
}

@test "connections between processes of the server don't keep the old generation" {
    start_version <<END
a, b = listening($PORT), listening("$SOCKET" + str(os.getpid()))
if os.fork() == 0:
    inner = socket.socket(socket.AF_UNIX)
    inner.connect(b.getsockname())
    time.sleep(1000)
kept, _ = b.accept()
serve(a, body="1")
END
    restart_under_load 2 --rate 500 "http://127.0.0.1:$PORT/"
}

@test "a path that the server removed is not handed out again" {
    start_version <<END
a = listening($PORT)
b = listening("$SOCKET")
def replace():
    global b
    os.unlink("$SOCKET")
    b.close()
    b = listening("$SOCKET")
    threading.Thread(target=accept_all, args=(b, answering("new")), daemon=True).start()
    return "replaced"
serve(a, body=replace)
END
    answers replaced 127.0.0.1 "$PORT"
    answers new "unix:$SOCKET"
}

@test "seqpacket and abstract names" {
    start_version <<END
a = listening("$SOCKET", type=socket.SOCK_SEQPACKET) if not os.path.exists("$SOCKET") else \
    (os.unlink("$SOCKET"), listening("$SOCKET", type=socket.SOCK_SEQPACKET))[1]
serve(a, listening("\0s$PORT"), body="1")
END
    restart_and_wait "$PID"
    [[ $(status "$PID") == *'"seqpacket"'* ]]
    "$PYTHON" - "$SOCKET" "s$PORT" <<'END'
import socket, sys
for name, type in (sys.argv[1], socket.SOCK_SEQPACKET), ("\0" + sys.argv[2], socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, type) as conn:
        conn.connect(name)
        conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert conn.recv(4096).endswith(b"1")
END
}
