# SPDX-License-Identifier: ISC
# A listener lives as long as a process of the server has it, and not longer: who is the last to
# give it up, in whatever way, has its clients refused and its address free. Only in a restart it
# outlives that. How long a restart waits for listeners has no part in it.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    OTHER=$(grace_free_port)
    SOCKET=$BATS_TEST_TMPDIR/s
    GATE=$BATS_TEST_TMPDIR/gate
    export GRACE_SETTLE=60s GRACE_LOG_LEVEL=debug
}

# says TEXT: what serving() of the installed version answers, on $PORT.
says() {
    answers "$1" 127.0.0.1 "$PORT"
}

# in_the_next_line ADDRESS HOW: a server opens a listener, gives it up, and connects to it.
in_the_next_line() {
    start_version <<END
def attempt(address):
    family = socket.AF_UNIX if isinstance(address, (str, bytes)) else socket.AF_INET
    with socket.socket(family) as conn:
        try:
            conn.connect(address)
        except OSError as error:
            return os.strerror(error.errno)
    return "connected"
def connect():
    a = listening($1)
    address = a.getsockname()
    before = attempt(address)
    $2
    return before + ", " + attempt(address)
serve(listening($PORT), body=connect)
END
    says 'connected, Connection refused'
}

@test "who connects in the line after close() is refused" { in_the_next_line "$OTHER" 'a.close()'; }
@test "close() of a UNIX path" { in_the_next_line "'$SOCKET'" 'a.close()'; }
@test "close() of an abstract name" { in_the_next_line "'\\0s$OTHER'" 'a.close()'; }
@test "close_range()" {
    in_the_next_line "$OTHER" 'os.closerange(a.fileno(), a.fileno() + 2); a.detach()'
}
@test "dup2() of something else" {
    in_the_next_line "$OTHER" 'null = open("/dev/null"); os.dup2(null.fileno(), a.fileno())'
}
@test "close() of the second of two descriptors" {
    in_the_next_line "$OTHER" 'b = a.dup(); a.close(); assert attempt(address) == "connected"; b.close()'
}

@test "datagrams are refused in the line after close()" {
    start_version <<END
def send():
    a = bound($OTHER, type=socket.SOCK_DGRAM)
    conn = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    conn.connect(("127.0.0.1", $OTHER))
    conn.settimeout(20)
    select.select([a], [], [], 0)
    a.close()
    conn.send(b"question")
    try:
        conn.recv(100)
    except OSError as error:
        return os.strerror(error.errno)
serve(listening($PORT), body=send)
END
    says 'Connection refused'
}

# More than that would be taken for listeners that live for a moment.
@test "the number of a port 0 that was closed can be bound, in each generation" {
    start_version <<END
for _ in range(4):
    probe = listening(0)
    port = probe.getsockname()[1]
    probe.close()
    for wildcard in "0.0.0.0", "127.0.0.1":
        again = socket.socket()
        again.bind((wildcard, port))
        again.listen()
        again.close()
serve(listening($PORT), body="served")
END
    says served
    restart_and_wait "$PID"
    says served
    log_lacks 'in use'
}

@test "the last of the processes that share it closes it" {
    export GRACE_SETTLE=200ms
    start_version <<END
a, b = listening($PORT), listening($OTHER)
for i in range(2):
    if os.fork() == 0:
        wait_for("$GATE.%d" % i)
        b.close()
        serve(a, body="served")
b.close()
serve(a, body="served")
END
    connects 127.0.0.1 "$OTHER"
    touch "$GATE.0"
    connects 127.0.0.1 "$OTHER"
    touch "$GATE.1"
    grace_wait 10 refuses "http://127.0.0.1:$OTHER/"
    rm "$GATE".?
    restart_and_wait "$PID"
    connects 127.0.0.1 "$OTHER"
}

@test "the only process that has it executes something, and it is closed on exec" {
    export GRACE_SETTLE=200ms
    start_version <<END
if os.fork() == 0:
    b = listening($OTHER)
    wait_for("$GATE")
    os.execv("/bin/sleep", ["sleep", "1000"])
serve(listening($PORT), body="served")
END
    grace_wait 10 connects 127.0.0.1 "$OTHER"
    touch "$GATE"
    grace_wait 10 refuses "http://127.0.0.1:$OTHER/"
    says served
}

# replaced WHAT: a main process that lives on when the one that serves dies; WHAT is what it does
# then. Sets SERVING.
replaced() {
    start_version <<END
def child():
    pid = os.fork()
    if pid == 0:
        serve(listening($PORT), body=lambda: str(os.getpid()))
    os.waitpid(pid, 0)
child()
$1
time.sleep(1000)
END
    SERVING=$(body 127.0.0.1 "$PORT")
}

@test "the only process that has it is killed: clients are refused, and the next restart serves" {
    replaced ''
    kill -KILL "$SERVING"
    grace_wait 10 refuses "http://127.0.0.1:$PORT/"
    settled "$PID" 1
    hup_until 10 settled "$PID" 2
    says "$(body 127.0.0.1 "$PORT")"
}

@test "the same of a UNIX path" {
    start_version <<END
a = listening($PORT)
pid = os.fork()
if pid == 0:
    serve(listening("$SOCKET"), body="served")
serve(a, body=lambda: str(pid))
END
    grace_wait 10 answers served "unix:$SOCKET"
    kill -KILL "$(body 127.0.0.1 "$PORT")"
    grace_wait 10 refuses "unix:$SOCKET"
}

@test "one of those that share it is killed: the others serve, and the last one counts" {
    start_version <<END
a, b = listening($PORT), listening($OTHER)
a.settimeout(None)
pids = []
for i in range(3):
    pids.append(os.fork())
    if pids[-1] == 0:
        a.close()
        serve(b, body="served")
b.close()
serve(a, body=lambda: " ".join(map(str, pids)))
END
    read -r -a workers < <(body 127.0.0.1 "$PORT")
    for each in "${workers[@]}"; do
        answers served 127.0.0.1 "$OTHER"
        kill -KILL "$each"
    done
    grace_wait 10 refuses "http://127.0.0.1:$OTHER/"
}

# has_closed N: so many parents.
has_closed() {
    [[ $(grep -c '^closed$' "$LOG") == "$1" ]]
}

# goes_on CHILD PARENT: a child serves with the epoll and the listener of its parent, who closes both;
# what they do before.
goes_on() {
    local generation
    start_version <<END
a, epoll, closed, served = listening($PORT), select.epoll(), os.pipe(), os.pipe()
epoll.register(a, select.EPOLLIN)
a.setblocking(False)
if os.fork() == 0:
    $1
    while True:
        epoll.poll()
        try:
            conn, _ = a.accept()
        except BlockingIOError:
            continue
        conn.setblocking(True)
        answering("served")(conn)
        os.write(served[1], b"x")
$2
a.close()
epoll.close()
os.write(closed[1], b"x")
log("closed")
time.sleep(1000)
END
    for generation in 1 2; do
        says served
        grace_wait 10 has_closed "$generation"
        says served
        restart_and_wait "$PID"
    done
}

@test "a child goes on with its parent's epoll: the parent closes the listener before it waits" {
    goes_on 'os.read(closed[0], 1)' ''
}

@test "the same when it has served already" { goes_on '' 'os.read(served[0], 1)'; }

@test "a crashed process is replaced by one that does without grace" {
    replaced "os.execve(\"$PYTHON\", [\"python\", \"-c\", \"\"\"
import socket, time
while True:
    a = socket.socket()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        a.bind((\"127.0.0.1\", $PORT))
        break
    except OSError:
        time.sleep(0.01)
a.listen()
print(\"bound again\", flush=True)
time.sleep(1000)\"\"\"], {})"
    kill -KILL "$SERVING"
    grace_wait 10 log_has '^bound again'
    connects 127.0.0.1 "$PORT"
}

reloaded() {
    [[ $(grep -c '^reloaded$' "$LOG") == "$1" ]]
}

# reloads FIRST: a server that binds again in its own reload; FIRST is done when it has bound.
reloads() {
    local i
    start_version <<END
import signal
reload = False
def on_usr1(*_):
    global reload
    reload = True
signal.signal(signal.SIGUSR1, on_usr1)
a = listening($PORT)
$1
while True:
    if reload:
        reload = False
        a.close()
        unrelated = socket.socket() # takes the number
        a = listening($PORT)
        unrelated.close()
        log("reloaded")
    a.settimeout(0.02)
    try:
        conn, _ = a.accept()
    except TimeoutError:
        continue
    conn.settimeout(None)
    answering(lambda: str(os.getpid()))(conn)
END
    client_start clients --clients new=4 --rate 300 "http://127.0.0.1:$PORT/"
    for i in {1..10}; do
        kill -USR1 "$(body 127.0.0.1 "$PORT")"
        grace_wait 10 reloaded "$i"
    done
    restart_and_wait "$PID"
    kill -USR1 "$(body 127.0.0.1 "$PORT")"
    grace_wait 10 reloaded 11
    says "$(body 127.0.0.1 "$PORT")"
    log_lacks 'Error|could not'
    kill -TERM "$CLIENT"
    wait "$CLIENT" || true # as without grace, between close() and listen() nobody is there
}

@test "a server that closes and binds again in its own reload" { reloads ''; }
@test "the same in a process that has inherited the listener" { reloads 'os.fork() and (a.close(), time.sleep(1000))'; }

queue_is() {
    [[ $(ss -tlnH "sport = $PORT" | awk '{ print $2 }') == "$1" ]]
}

@test "what the old generation closes during a restart is kept for the new one" {
    start_version <<END
a = listening($PORT)
a.settimeout(0.02)
while not os.path.exists("$GATE.close"):
    try:
        conn, _ = a.accept()
    except TimeoutError:
        continue
    conn.settimeout(None)
    answering("old")(conn)
a.close()
log("closed")
time.sleep(1000)
END
    version <<END
wait_for("$GATE.bind")
serve(listening($PORT), body="new")
END
    says old
    hup_until 10 log_has 'generation 2 starting'
    touch "$GATE.close"
    grace_wait 10 log_has '^closed'
    client_start client -n 1 --expect '^new$' "http://127.0.0.1:$PORT/"
    grace_wait 10 queue_is 1
    touch "$GATE.bind"
    wait "$LAUNCHED"
    grace_wait 10 settled "$PID" 2
}

@test "a supervisor that stands still delays close() once, and not for long" {
    start_version <<END
keep = listening($PORT)
def close_two():
    for port in $OTHER, $(grace_free_port):
        listening(port).close()
    return "closed"
serve(keep, body=close_two)
END
    kill -STOP "$PID"
    says closed
    kill -CONT "$PID"
    grace_wait 10 refuses "http://127.0.0.1:$OTHER/"
}
