# SPDX-License-Identifier: ISC
# While it finishes what it has, no process of an old generation holds a listener that is served,
# whatever it has done or does.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own; the helper sets PORT
load scripted

setup() {
    SOCKET=$BATS_TEST_TMPDIR/socket
}

# has_listener PID: it, or an epoll of it, has the listener of $PORT or $SOCKET.
has_listener() {
    local inode inodes
    inodes=$(awk -v port="$(printf ':%04X$' "$PORT")" '$2 ~ port && $4 == "0A" { print $10 }' \
        "/proc/$1/net/tcp" "/proc/$1/net/tcp6")
    inodes+=$(awk -v path="$SOCKET" '$8 == path && $4 == "00010000" { print " " $7 }' \
        "/proc/$1/net/unix")
    for inode in $inodes; do
        [[ -z $(find "/proc/$1/fd" -lname "socket:\[$inode\]") ]] || return 0
        ! grep -qs "ino:$(printf '%x' "$inode") " "/proc/$1/fdinfo/"* || return 0
    done
    return 1
}

gave_up() {
    [[ -d /proc/$1 ]] && ! has_listener "$1"
}

# gives_up_where COMMAND LISTEN HOST: after that in a network of its own.
gives_up_where() {
    local old
    start_settled server unshare --net bash -c "$1"' && exec "$@"' bash \
        env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "$2:$PORT"
    old=$(server_pid "$PID")
    start_beside client nsenter --net="/proc/$PID/ns/net" \
        "$GRACE" probe --quiet --clients half=1 --requests 1 --hold none "http://$3:$PORT/"
    grace_wait 10 holds 1 1
    has_listener "$old"
    hup_until 10 gave_up "$old" || dump_log
    kill -TERM "$LAUNCHED"
    wait "$LAUNCHED" || fail "$(<"$(log_of client)")"
    grace_wait 10 settled "$PID" 2
    log_lacks 'no dummy'
}

@test "a system without ::1" {
    gives_up_where 'ip link set lo up && ip address delete ::1/128 dev lo' '[::]' 127.0.0.1
}

@test "a system without 127.0.0.1" {
    gives_up_where 'ip link set lo up && ip address add 10.1.1.1/32 dev lo &&
        ip address delete 127.0.0.1/8 dev lo' 0.0.0.0 10.1.1.1
}

bound_times() {
    (($(wc -l <"$BATS_TEST_TMPDIR/workers.$1") == $2))
}

# A master whose workers bind the port themselves; a connection is a worker's child.
binding_workers() { # SOCKETS
    version <<END
main = os.getpid()

def anew(path):
    if os.path.exists(path):
        os.unlink(path)
    return listening(path)

def worker():
    listeners = [$1]
    with open(f"$BATS_TEST_TMPDIR/workers.{main}", "a") as file:
        print(os.getpid(), file=file)
    while True:
        conn, _ = listeners[0].accept()
        if os.fork() == 0:
            for listener in listeners:
                listener.close()
            answering("v1")(conn)
            os._exit(0)
        conn.close()

while True:
    if os.fork() == 0:
        worker()
    os.wait()
END
}

worker_binds_again() {
    local old worker pid
    binding_workers "$1"
    start_installed
    old=$(server_pid "$PID")
    worker=$(<"$BATS_TEST_TMPDIR/workers.$old")
    hold_one
    hup_until 10 gave_up "$worker"
    kill "$worker"
    grace_wait 10 bound_times "$old" 2
    for pid in "$old" "$(tail -n 1 "$BATS_TEST_TMPDIR/workers.$old")"; do
        gave_up "$pid"
    done
    [[ $(release 0) == v1 ]]
    grace_wait 10 settled "$PID" 2
    log_lacks 'cut'
}

@test "a worker that is replaced while its generation drains, and binds" {
    worker_binds_again "listening($PORT)"
}

@test "a worker that is replaced while its generation drains, and joins an SO_REUSEPORT group" {
    worker_binds_again "listening($PORT, [(ANY, socket.SO_REUSEPORT, 1)])"
}

@test "a worker that is replaced while its generation drains, and makes its path anew" {
    worker_binds_again "listening($PORT), anew('$SOCKET')"
}

@test "what a draining generation listens on for a client it has works, and goes with it" {
    local old port
    start_version <<END
def passive(conn):
    with conn:
        request(conn)
        data = listening(0)
        conn.sendall(b"%d\n" % data.getsockname()[1])
        request(conn)
        accepted, _ = data.accept()
        accepted.sendall(b"data")
        accepted.close()
        data.close()
        request(conn)
        conn.sendall(b"\nbye")

threads([listening($PORT)], lambda conn: threading.Thread(target=passive, args=[conn]).start())
END
    old=$(server_pid "$PID")
    hold_one
    hup_until 10 gave_up "$old"
    printf 'PASV\r\n\r\n' >&"${HELD[0]}"
    read -r -t 10 port <&"${HELD[0]}"
    kill -57 "$old" # as the supervisor does once a second
    printf 'RETR\r\n\r\n' >&"${HELD[0]}"
    [[ $(timeout 10 cat <"/dev/tcp/127.0.0.1/$port") == data ]]
    (($(status "$PID" | grep -o '"address"' | wc -l) == 1))
    [[ $(release 0) == bye ]]
    grace_wait 10 settled "$PID" 2
}

worker_of() {
    pgrep -P "$1"
}

another_worker() {
    worker_of "$1" && [[ $(worker_of "$1") != "$2" ]]
}

@test "a worker that was executed late leaves no listener in its epoll" {
    local old first worker
    start_version <<END
import subprocess

def work(listener):
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
    while True:
        poll.poll()
        try:
            conn, _ = listener.accept()
        except BlockingIOError:
            continue
        conn.setblocking(True)
        threading.Thread(target=answering("v1"), args=[conn]).start()

if len(sys.argv) > 1:
    work(socket.socket(fileno=int(sys.argv[1])))
listener = listening($PORT)
listener.setblocking(False)
while True:
    fd = listener.fileno()
    subprocess.run([sys.executable, "-u", __file__, str(fd)], pass_fds=[fd])
END
    old=$(server_pid "$PID")
    first=$(worker_of "$old")
    kill "$first"
    grace_wait 10 another_worker "$old" "$first"
    answers v1 127.0.0.1 "$PORT"
    hold_one
    worker=$(worker_of "$old")
    has_listener "$worker"
    hup_until 10 gave_up "$old"
    grace_wait 10 gave_up "$worker"
    [[ $(release 0) == v1 ]]
    grace_wait 10 settled "$PID" 2
}

# in_many_epolls LISTENERS EPOLLS: that many, besides the one of $PORT.
in_many_epolls() {
    start_version <<END
listeners = [listening($PORT)] + [listening(0) for _ in range($1)]
epolls = [select.epoll() for _ in range($2)]
for epoll in epolls:
    for listener in reversed(listeners):
        listener.setblocking(False)
        epoll.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
while True:
    for fd, _ in epolls[0].poll():
        if fd == listeners[0].fileno():
            conn, _ = listeners[0].accept()
            conn.setblocking(True)
            threading.Thread(target=answering("v1"), args=[conn]).start()
END
}

@test "listeners in more than a thousand epolls" {
    local old
    in_many_epolls 29 40
    old=$(server_pid "$PID")
    hold_one
    hup_until 10 gave_up "$old"
    [[ $(release 0) == v1 ]]
    grace_wait 10 settled "$PID" 2
}

@test "listeners in too many epolls: it says so, and is not restarted" {
    in_many_epolls 129 130
    grace_wait 5 log_has 'listeners are in more than 16384 epolls'
    hup_until 10 log_has 'no restart: its listeners are in too many epolls'
    answers v1 127.0.0.1 "$PORT"
}
