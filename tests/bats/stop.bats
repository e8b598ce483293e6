# SPDX-License-Identifier: ISC
# A stop at any time: whoever is connected gets an answer, whoever comes later is refused, and
# nothing is left.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    export GRACE_SETTLE=200ms
}

# On trial, generation 2 serves beside generation 1, which has a client.
start_probation() {
    export GRACE_PROBATION=60s GRACE_STOP_TIMEOUT=none
    start_server
    hold_one
    hup_until 10 log_has 'generation 2 ready'
    mapfile -t ALL < <(tree_of "$PID")
}

@test "TERM during the probation: the new one is stopped, the old one finishes and goes" {
    start_probation
    kill -TERM "$PID"
    ends_with 143 "$PID"
    [[ $(release 0) == "pid "* ]]
    grace_wait 10 all_ended "${ALL[@]}"
    log_lacks 'rolled back|killing'
}

@test "grace stop --drain during the probation: both finish and go" {
    local stop
    start_probation
    "$GRACE" stop "$PID" --drain 3>&- &
    stop=$!
    grace_wait 5 log_has 'generation 2 draining'
    [[ $(release 0) == "pid "* ]]
    ends_with 0 "$stop"
    grace_wait 10 all_ended "${ALL[@]}"
    log_lacks 'rolled back|goes on'
}

@test "who waits for a restart in its probation hears that it worked when the stop comes" {
    local restart
    export GRACE_PROBATION=60s
    start_server
    "$GRACE" restart "$PID" 3>&- &
    restart=$!
    grace_wait 10 log_has 'generation 2 ready'
    kill -TERM "$PID"
    ends_with 0 "$restart"
}

# start_old_daemon: in the background; sets OLD to the process that answers.
start_old_daemon() {
    start_background "$SERVER" --daemonize 1 --listen "127.0.0.1:$PORT"
    OLD=$(who_answers)
}

# adopted_daemon: sets DAEMON, of generation 2, once the process that started it has gone.
adopted_daemon() {
    DAEMON=$(processes | awk -v parent="$PID" '$2 == parent && $3 == $1 { print $1 }')
    [[ $DAEMON ]]
}

who_answers() {
    curl -s "127.0.0.1:$PORT/pid" | awk '{ print $2 }'
}

@test "a daemon dies in its probation: the old one goes on" {
    export GRACE_PROBATION=60s
    start_old_daemon
    hup_until 10 log_has 'generation 2 ready'
    grace_wait 5 adopted_daemon
    kill -KILL "$DAEMON"
    grace_wait 10 log_has 'generation 2 rolled back: all its processes ended [0-9]+ ms after it was ready; generation 1 goes on'
    grace_wait 10 settled "$PID" 1
    [[ $(who_answers) == "$OLD" ]]
    hup_until 10 log_has 'generation 3 ready'
}

@test "the old daemon dies in the probation of the new one: that stays" {
    export GRACE_PROBATION=60s
    start_old_daemon
    hup_until 10 log_has 'generation 2 ready'
    kill -KILL "$OLD"
    grace_wait 10 log_has 'generation 1 ended: .*there is no way back any more'
    grace_wait 10 settled "$PID" 2
}

keeper() {
    grep -oE '^grace\[[0-9]+' "$LOG" | tail -n 1 | tr -dc 0-9
}

@test "the server dies while the next one starts and an old one drains: nothing stays for ever" {
    start_version <<<"threads([listening($PORT)], lambda conn: threading.Thread(target=answering('old'), args=[conn]).start())"
    hold_one
    hup_until 5 log_has 'generation 1 draining'
    version <<<"wait_for('$BATS_TEST_TMPDIR/never')"
    hup_until 5 log_has 'generation 3 starting'
    mapfile -t ALL < <(tree_of "$PID")
    kill -KILL "$(main_of 2)"
    ends_with 137 "$PID"
    [[ $(release 0) == old ]]
    grace_wait 10 all_ended "${ALL[@]}" "$(keeper)"
}

# removing: the start of a version that takes its files away when it is told to stop.
removing() {
    start_version <<END
import signal
SOCKET, PIDFILE = "$BATS_TEST_TMPDIR/socket", "$BATS_TEST_TMPDIR/pid"
GROUP = [(ANY, socket.SO_REUSEPORT, 1)]
def stop(*_):
    for path in SOCKET, PIDFILE:
        if os.path.exists(path):
            os.unlink(path)
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
with open(PIDFILE, "w") as file:
    file.write(str(os.getpid()))
def datagrams(sock):
    while True:
        data, client = sock.recvfrom(2048)
        time.sleep(0.3)
        sock.sendto(b"late", client)
def start(target, *args):
    threading.Thread(target=target, args=args, daemon=True).start()
def each(conn):
    start(answering("late"), conn)
$(cat)
END
}

# answers_all ADDRESS...: PORT, udp:PORT or a UNIX path. Clients are connected, and more are in the
# queues when the server is to stop: all are answered, and meanwhile whoever comes is refused.
answers_all() {
    "$PYTHON" - "$PID" "$GRACE" "$@" <<'END'
import os, signal, socket, subprocess, sys, time
supervisor, grace, addresses = int(sys.argv[1]), sys.argv[2], sys.argv[3:]

def connect(address):
    inet = address.removeprefix("udp:").isdigit()
    kind = socket.SOCK_DGRAM if address.startswith("udp:") else socket.SOCK_STREAM
    conn = socket.socket(socket.AF_INET if inet else socket.AF_UNIX, kind)
    conn.settimeout(5)
    if inet:
        conn.connect(("127.0.0.1", int(address.removeprefix("udp:"))))
    else:
        conn.connect(address.replace("@", "\0"))
    return conn

def ask(conn):
    conn.sendall(b"GET / HTTP/1.0\r\n\r\n")

def answered(conn):
    got = conn.recv(4096)
    return got.endswith(b"late") or conn.recv(4096).endswith(b"late")

def wait_for(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

def status():
    return subprocess.run([grace, "status", str(supervisor), "--json"], stdout=subprocess.PIPE).stdout

def refused(address):
    try:
        connect(address).close()
    except (ConnectionRefusedError, FileNotFoundError):
        return True
    return False

def server():
    with open(f"/proc/{supervisor}/task/{supervisor}/children") as children:
        return [int(pid) for pid in children.read().split()]

streams = [a for a in addresses if not a.startswith("udp:")]
conns = [connect(a) for a in streams]
wait_for(lambda: b'"connections":%d' % len(streams) in status())
processes = server()
for pid in processes:
    os.kill(pid, signal.SIGSTOP)
conns += [connect(a) for a in addresses]
for conn in conns[len(streams):]:
    ask(conn)
stop = subprocess.Popen([grace, "stop", "--drain", str(supervisor)])
wait_for(lambda: b'"state":"stopping"' in status())
for a in streams:
    if a.isdigit():
        late = socket.socket()
        late.settimeout(0.05)
        assert late.connect_ex(("127.0.0.1", int(a))) != 0, "a new one got in"
for pid in processes:
    os.kill(pid, signal.SIGCONT)
assert all(answered(conn) for conn in conns[len(streams):])
for address in streams:
    wait_for(lambda: refused(address))
assert stop.poll() is None
for conn in conns[:len(streams)]:
    ask(conn)
    assert answered(conn)
    conn.close()
assert stop.wait(5) == 0
END
    ended "$PID"
    [[ ! -e $BATS_TEST_TMPDIR/socket && ! -e $BATS_TEST_TMPDIR/pid ]]
    log_lacks 'cut|did not stop'
}

@test "grace stop --drain: several listeners" {
    local other
    other=$(grace_free_port)
    removing <<<"threads([listening($PORT), listening($other)], each)"
    answers_all "$PORT" "$other"
}

@test "grace stop --drain: UNIX paths and abstract names" {
    removing <<<"threads([listening(SOCKET), listening('\0grace-$PORT')], each)"
    answers_all "$BATS_TEST_TMPDIR/socket" "@grace-$PORT"
}

@test "grace stop --drain: a group of sockets that share the port" {
    removing <<<"threads([listening($PORT, GROUP) for _ in range(4)], each)"
    answers_all "$PORT" "$PORT" "$PORT" "$PORT" "$PORT"
}

@test "grace stop --drain: datagrams beside connections" {
    removing <<<"start(datagrams, bound($PORT, type=socket.SOCK_DGRAM)); threads([listening($PORT)], each)"
    answers_all "$PORT" "udp:$PORT"
}

@test "grace stop --drain: datagrams only" {
    export GRACE_SETTLE=2s
    removing <<<"datagrams(bound($PORT, type=socket.SOCK_DGRAM))"
    answers_all "udp:$PORT"
}

@test "grace stop --drain after restarts" {
    removing <<<"threads([listening($PORT), listening(SOCKET)], each)"
    restart_times 2
    answers_all "$PORT" "$BATS_TEST_TMPDIR/socket"
}

@test "grace stop --drain in sequential mode" {
    export GRACE_MODE=sequential
    removing <<<"threads([listening($PORT), listening(SOCKET)], each)"
    restart_and_wait "$PID"
    answers_all "$PORT" "$BATS_TEST_TMPDIR/socket"
}

# in_between: generation 1 has a client still, another one waits in the queue, and the stop has come.
in_between() {
    hold_one
    hup_until 5 stopped_listening 1
    preconnect
    "$GRACE" stop --drain "$PID" 3>&- &
    STOP=$!
    grace_wait 5 log_has 'the next generation answers who waits, then it is stopped'
}

@test "grace stop --drain in a sequential restart: who waits for the next one is answered" {
    export GRACE_MODE=sequential
    removing <<<"threads([listening($PORT)], each)"
    in_between
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *"being stopped"* ]]
    [[ $(release 0) == late ]]
    [[ $(release 1) == late ]]
    ends_with 0 "$STOP"
    ended "$PID"
    [[ ! -e $BATS_TEST_TMPDIR/pid ]]
}

@test "grace stop --drain in a sequential restart that fails: it ends at once" {
    export GRACE_MODE=sequential
    removing <<<"threads([listening($PORT)], each)"
    version <<<"sys.exit(3)"
    in_between
    [[ $(release 0) == late ]]
    ends_with 0 "$STOP"
    ended "$PID"
}

@test "grace stop --drain while a failed sequential restart is to be tried again: it ends at once" {
    export GRACE_MODE=sequential
    removing <<<"threads([listening($PORT)], each)"
    version <<<"sys.exit(3)"
    hup_until 10 log_has 'trying again'
    preconnect
    "$GRACE" stop --drain "$PID" 3>&- &
    ends_with 0 "$!"
    ended "$PID"
}

# start_leaving: SIGTERM has come, and one client has a connection that it keeps.
start_leaving() {
    export GRACE_TERM=drain GRACE_DRAIN_TIMEOUT=none
    start_server
    hold_one
    kill -TERM "$PID"
    grace_wait 10 log_has 'stopping generation 1 when it has drained'
}

# term_until REGEX: of the log.
term_until() {
    kill -TERM "$PID"
    log_has "$1"
}

@test "GRACE_TERM=drain: SIGTERM lets everybody finish" {
    start_leaving
    grace_wait 10 refuses "http://127.0.0.1:$PORT/"
    [[ $(release 0) == "pid "* ]]
    ends_with 143
    log_lacks 'cutting|second stop signal'
}

@test "GRACE_TERM=drain: a second SIGTERM is the server's" {
    start_leaving
    grace_wait 10 term_until 'stopping generation 1 with SIGTERM'
    ends_with 143
}

# start_leaving_between: the same when generation 1 drains for the next one.
start_leaving_between() {
    export GRACE_TERM=drain GRACE_DRAIN_TIMEOUT=none
    start_server
    hold_one
    hup_until 10 stopped_listening 1
    kill -TERM "$PID"
    grace_wait 10 log_has 'then it is stopped'
}

@test "GRACE_TERM=drain: a second SIGTERM also while a sequential restart goes on" {
    export GRACE_MODE=sequential
    start_leaving_between
    grace_wait 10 term_until 'stopping generation 1 with SIGTERM'
    ends_with 143
}
