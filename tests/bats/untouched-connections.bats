# SPDX-License-Identifier: ISC
# A client that has connected to the old generation and of whom that has read nothing is the new one's:
# it sees no restart, and its request is answered by the new version on the same connection.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load untouched

# taken WAY MODEL [OPTION...]: three clients change from one generation to the next that both wait so.
taken() {
    start_version_1 --wait "$1" --model "$2" "${@:3}"
    silent 3 2
    restart_to 2
    handed_over 1 3
    grace_wait 10 connections_are 3
    quiet
    asked
    grace_wait 10 connections_are 0
    answers_with 'version 2'
}

@test "epoll" { taken epoll-lt single; }
@test "epoll, edge-triggered" { taken epoll-et single; }
@test "epoll, one shot" { taken epoll-oneshot single; }
@test "epoll, polled" { taken epoll-polled single --accept syscall; }
@test "epoll, exclusive, three workers" { taken epoll-exclusive prefork --accept accept4; }
@test "epoll, one set of three workers" { taken epoll-shared prefork; }
@test "epoll, and accept() may block" { taken epoll-oneshot-accept prefork; }
@test "epoll_pwait, and accept() may block" { taken epoll-pwait-accept prefork; }
@test "poll" { taken poll single --accept accept4; }
@test "poll, three workers, and accept() may block" { taken poll-accept prefork; }
@test "ppoll" { taken ppoll single; }
@test "select" { taken select single --accept accept4; }
@test "select, three workers, and accept() may block" { taken select-accept prefork; }
@test "pselect" { taken pselect single; }
@test "blocking accept(), three workers" { taken accept prefork; }

@test "from one way to wait to another" {
    local ways=(epoll-et select epoll-oneshot poll epoll-lt) n=1 way
    install_app --wait epoll-lt --body 'version 1'
    start_wrapped app "$APP"
    for way in "${ways[@]}"; do
        silent 2 $((n + 1))
        install_app --wait "$way" --body "version $((n + 1))"
        restart_and_wait "$PID"
        handed_over "$n" 2
        asked
        ((n += 1))
    done
}

# taken_by COMMAND...: of 4 clients; the server answers with what $BODY was at its start.
taken_by() {
    install_version 1
    start_wrapped server "$@"
    grace_wait 20 answered
    grace_wait 10 connections_are 0
    silent 4 2
    aged
    restart_to 2
    handed_over 1 4
    asked
}

@test "Python's asyncio" { taken_by "$PYTHON" "$ROOT/tests/servers/asyncio_http.py" "$PORT" "$BODY"; }
@test "node" { taken_by node "$ROOT/tests/servers/http.js" "$PORT" "$BODY"; }
@test "java's selectors" {
    javac -d "$BATS_TEST_TMPDIR" "$ROOT/tests/servers/Selecting.java"
    taken_by java -Xmx64m -cp "$BATS_TEST_TMPDIR" Selecting "$PORT" "$BODY"
}

# version_that_looks VERSION FLAGS: what it accepts with these flags of accept4() is as if nobody had had
# it before: it blocks or not, is closed by execve() or not, and has the options of its listener.
version_that_looks() {
    version <<END
import ctypes, fcntl

def look(fd, flags, said):
    conn = socket.socket(fileno=fd)
    assert bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK) == bool(flags & socket.SOCK_NONBLOCK)
    assert bool(fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC) == bool(flags & socket.SOCK_CLOEXEC)
    assert conn.family == socket.AF_INET and conn.type == socket.SOCK_STREAM
    peer = conn.getpeername()
    assert said == socket.inet_aton(peer[0]) + struct.pack("!H", peer[1]), (said, peer)
    assert conn.getsockopt(ANY, socket.SO_RCVTIMEO, 16) == bytes(16)
    assert conn.getsockopt(ANY, socket.SO_LINGER, 8)[:4] == bytes(4)
    return conn

def accept(listener, flags):
    address, length = ctypes.create_string_buffer(16), ctypes.c_uint(16)
    fd = ctypes.CDLL(None, use_errno=True).accept4(listener.fileno(), address, ctypes.byref(length), flags)
    assert fd >= 0 and length.value == 16, (ctypes.get_errno(), length.value)
    return look(fd, flags, address.raw[4:8] + address.raw[2:4])

listener, poll, known = listening($PORT), select.poll(), {}
poll.register(listener, select.POLLIN)
while True:
    for fd, _ in poll.poll():
        if fd == listener.fileno():
            conn = accept(listener, $2)
            known[conn.fileno()] = conn
            poll.register(conn, select.POLLIN)
            conn.setblocking(not conn.getblocking())
            conn.setsockopt(ANY, socket.SO_RCVTIMEO, struct.pack("qq", 9, 0))
            conn.setsockopt(ANY, socket.SO_LINGER, struct.pack("ii", 1, 9))
        else:
            poll.unregister(fd)
            with known.pop(fd) as conn:
                conn.setblocking(True)
                answer(conn, "version $1")
END
}

@test "it is as accept4() was asked for, and its client is named" {
    local n=1 flags
    version_that_looks 1 0
    start_installed
    for flags in socket.SOCK_NONBLOCK 'socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC' socket.SOCK_CLOEXEC 0; do
        silent 2 $((n + 1))
        version_that_looks $((n + 1)) "$flags"
        restart_and_wait "$PID"
        handed_over "$n" 2
        asked
        ((n += 1))
    done
    log_lacks Error
}

@test "a request, or half of one, that the old generation has not read" {
    start_version <<END
listener, ignored = listening($PORT), []
while True:
    ignored.append(listener.accept())
END
    preconnect && preconnect && preconnect
    printf 'GET / HTTP/1.0\r\n\r\n' >&"${HELD[0]}"
    printf 'GET / HTTP/1.0\r\n' >&"${HELD[1]}"
    grace_wait 10 connections_are 3
    version <<END
def handle(conn):
    threading.Thread(target=answering("new"), args=(conn,)).start()

accept_all(listening($PORT), handle)
END
    hup_until 20 settled "$PID" 2
    handed_over 1 3
    [[ $(last_line "${HELD[0]}") == new ]]
    printf '\r\n' >&"${HELD[1]}"
    [[ $(last_line "${HELD[1]}") == new ]]
    [[ $(release 2) == new ]]
}

# nginx_version N LISTEN [LINE]: one process, unless LINE says something else.
nginx_version() {
    cat >"$BATS_TEST_TMPDIR/nginx.conf" <<<"daemon off; pid $BATS_TEST_TMPDIR/pid; error_log stderr;
${3-master_process off;} events {}
http { access_log off; server { listen 127.0.0.1:$PORT $2; return 200 'version $1';
    ssl_certificate $CERTIFICATE; ssl_certificate_key $KEY; } }"
}

start_nginx() {
    make_certificate
    nginx_version 1 "$@"
    start_wrapped nginx nginx -c "$BATS_TEST_TMPDIR/nginx.conf"
}

# tls_client: it has connected, and shakes hands when $BATS_TEST_TMPDIR/ask is there.
tls_client() {
    cat >"$BATS_TEST_TMPDIR/tls.py" <<END
import os, socket, ssl, time
conn = socket.create_connection(("127.0.0.1", $PORT))
while not os.path.exists("$BATS_TEST_TMPDIR/ask"):
    time.sleep(0.005)
context = ssl._create_unverified_context()
conn = context.wrap_socket(conn)
conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
print(conn.makefile().read())
END
    start_beside tls "$PYTHON" "$BATS_TEST_TMPDIR/tls.py"
    grace_wait 10 accepted "$LAUNCHED" 1
}

@test "TLS: the new generation shakes hands" {
    start_nginx ssl
    tls_client
    nginx_version 2 ssl
    restart_and_wait "$PID"
    handed_over 1 1
    touch "$BATS_TEST_TMPDIR/ask"
    ends_with 0 "$LAUNCHED"
    grep -q 'version 2' "$(log_of tls)"
}

@test "SO_REUSEPORT: nginx's workers, each with a socket of its own" {
    start_nginx reuseport 'worker_processes 2; user root;'
    silent 8 2
    nginx_version 2 reuseport 'worker_processes 2; user root;'
    restart_and_wait "$PID"
    handed_over 1 8
    asked
}

@test "workers that are executed with the listener" {
    install_version 1
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/spawning.py" "$PORT" "$BODY"
    grace_wait 10 tree_has "$PID" 4
    silent 2 2 # each serves one at a time
    restart_to 2
    handed_over 1 2
    asked
}

@test "a listener that the server was given" {
    install_version 1
    start_activated "$PORT" "$PYTHON" "$ROOT/tests/servers/inherited.py" polling "$BODY"
    holding_client silent 1 --expect '^version 2 mine$' "http://127.0.0.1:$PORT/"
    restart_to 2
    handed_over 1 1
    asked
}

@test "several copies of a server, replaced one after the other" {
    export GRACE_WORKERS=2
    install_version 1
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --bodyfile "$BODY"
    grace_wait 20 number_is serving 2
    silent 6 2
    install_version 2
    "$GRACE" restart "$PID"
    grace_wait 20 both_replaced
    asked
}

both_replaced() {
    [[ $(status "$PID" | grep -o '{"generation":[0-9]*' | tr -dc '0-9\n' | paste -sd ' ') == '3 4' ]]
}

# version_that_is_late VERSION: it waits for clients some time after it has said that it is ready.
version_that_is_late() {
    version <<END
listener = listening($PORT)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
time.sleep(0.2)
serve(listener, body="version $1")
END
}

@test "a server that says that it is ready before it waits" {
    export GRACE_READY=notify
    version_that_is_late 1
    start_installed
    silent 1 2
    version_that_is_late 2
    restart_and_wait "$PID"
    handed_over 1 1
    asked
}

@test "a server that counts as ready after a time" {
    export GRACE_READY=delay=200ms
    start_version_1 --wait epoll-lt
    silent 3 2
    restart_to 2
    handed_over 1 3
    asked
}

@test "three restarts: handed on each time" {
    local n
    start_version_1
    silent 5 4
    for n in 1 2 3; do
        restart_to $((n + 1))
        handed_over "$n" 5
    done
    [[ $(status "$PID") == *'"totals":{'*'"handed_over":15'* ]]
    asked
}

@test "off: none is" {
    export GRACE_KEEPALIVE=off
    start_version_1
    silent 3 1
    install_version 2
    "$GRACE" restart "$PID"
    holds 1 3 && holds 2 0
    asked
    grace_wait 20 settled "$PID" 2
    log_lacks 'handed over'
}

@test "a version that is rolled back gets none" {
    export GRACE_PROBATION=20s
    install_app --body 'version 1'
    start_wrapped app "$APP"
    silent 3 1
    install_app --body 'version 2' --fail after-bind
    run -1 "$GRACE" restart "$PID"
    install_app --body 'version 2' --fail later:100
    run -1 "$GRACE" restart "$PID"
    connections_are 3
    asked
    log_lacks 'handed over'
}
