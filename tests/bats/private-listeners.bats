# SPDX-License-Identifier: ISC
# Sockets that no client of the server knows of: those that it opens for one client, or to ask
# others. No restart waits for them, or says that they are gone.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    export GRACE_SETTLE=60s GRACE_STOP_TIMEOUT=1s # in vain
}

# nothing_is_missed LISTENERS: restarts do not wait for more than so many, and miss none.
nothing_is_missed() {
    "$GRACE" restart "$PID" || dump_log
    "$GRACE" restart "$PID" || dump_log
    log_has "generation 3 ready in [0-9]+ ms \($1 listener" || dump_log
    log_lacks 'not served|released|too many|not waited on'
}

@test "datagram sockets of a child for one client, and of a process that asks others, on a port that the kernel chose" {
    start_version <<END
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
service = bound($PORT, type=socket.SOCK_DGRAM)
asking = [bound(("127.0.0.1", 0), type=socket.SOCK_DGRAM) for _ in range(1100)]
select.select([asking[0]], [], [], 0)
if os.fork() == 0:
    one = bound(("127.0.0.1", 0), type=socket.SOCK_DGRAM)
    one.recvfrom(1)
while True:
    select.select([service], [], [])
END
    nothing_is_missed 1
}

@test "a datagram socket that is connected to its client" {
    local other
    other=$(grace_free_port)
    start_version <<END
service = bound($PORT, type=socket.SOCK_DGRAM)
client = bound($other, type=socket.SOCK_DGRAM)
client.connect(("127.0.0.1", $(grace_free_port)))
if os.fork() == 0:
    client.recv(1)
client.close()
while True:
    select.select([service], [], [])
END
    nothing_is_missed 1
}

# manager_version: a process of its own serves the others at a path that is another one each time,
# as multiprocessing's managers do. A client is answered with what it says at that moment.
manager_version() {
    version <<END
import tempfile
path = tempfile.mkdtemp(dir="$BATS_TEST_TMPDIR") + "/inner"
inner = listening(path)
if os.fork() == 0:
    accept_all(inner, answering("inner of %d" % os.getppid()))
inner.close()
def ask():
    with socket.socket(socket.AF_UNIX) as conn:
        conn.connect(path)
        conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return conn.makefile().read().rpartition("\n")[2]
$1
threads([listening($PORT)], answering(ask))
END
}

@test "a listener that only processes of the server connect to is there as long as its generation" {
    local main
    manager_version 'ask()'
    start_installed
    main=$(main_of 1)
    hold_one
    nothing_is_missed 2
    [[ $(release 0) == "inner of $main" ]] || dump_log
    grace_wait 10 log_has 'generation 1 retired'
    restarted
    log_lacks 'not served|released'
}

@test "one that nobody has used yet is there, too, and missed but once" {
    export GRACE_SETTLE=200ms
    local main
    manager_version ''
    start_installed
    main=$(main_of 1)
    hold_one
    "$GRACE" restart "$PID" || dump_log
    [[ $(release 0) == "inner of $main" ]] || dump_log
    restarted
    (($(grep -c 'is not served' "$LOG") == 1)) || dump_log
}

@test "when the process that has it ends, clients are refused" {
    manager_version 'ask()
def ask_later(ask=ask):
    os.kill(inner_pid, 9)
    os.wait()
    while True:
        try:
            return ask()
        except ConnectionRefusedError:
            return "refused"
        except (ConnectionResetError, BrokenPipeError):
            pass  # it is seen a moment later that he has gone'
    sed -i 's/if os.fork() == 0:/inner_pid = os.fork()\nif inner_pid == 0:/; s/answering(ask))$/answering(ask_later))/' \
        "$BATS_TEST_TMPDIR/server.py"
    start_installed
    hold_one
    nothing_is_missed 2
    [[ $(release 0) == refused ]] || dump_log
}

@test "in sequential mode it answers while its generation drains" {
    local main
    export GRACE_MODE=sequential
    manager_version 'ask()'
    start_installed
    main=$(main_of 1)
    hold_one
    kill -HUP "$PID"
    grace_wait 10 log_has 'generation 1 accepts no more'
    [[ $(release 0) == "inner of $main" ]] || dump_log
    grace_wait 20 settled "$PID" 2
    log_lacks 'not served'
}

@test "names that the kernel chose, or that have the number of the process" {
    start_version <<END
def talking(name):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(name)
    return sock
auto = listening("")
mine = talking("$BATS_TEST_TMPDIR/msg.%d" % os.getpid())
child = os.fork()
if child == 0:
    mine = talking("$BATS_TEST_TMPDIR/msg.%d" % os.getpid())
    while True:
        select.select([mine], [], [])
        sender = mine.recvfrom(9)[1]
        mine.sendto(b"told %d" % os.getppid(), sender)
def tell():
    mine.sendto(b"?", "$BATS_TEST_TMPDIR/msg.%d" % child)
    return mine.recvfrom(20)[0]
wait_for("$BATS_TEST_TMPDIR/msg.%d" % child)
threads([listening($PORT)], answering(tell))
END
    local main
    main=$(main_of 1)
    hold_one
    "$GRACE" restart "$PID" || dump_log
    "$GRACE" restart "$PID" || dump_log
    log_lacks 'not served|released'
    [[ $(release 0) == "told $main" ]] || dump_log
}

@test "an address that a stranger has used is missed, whatever it is called" {
    export GRACE_SETTLE=200ms GRACE_REQUIRE_LISTENERS=on
    version <<END
threads([listening($PORT), listening("$BATS_TEST_TMPDIR/s.%d" % os.getpid())], answering("both"))
END
    start_installed
    answers both "unix:$BATS_TEST_TMPDIR/s.$(main_of 1)"
    run -1 "$GRACE" restart "$PID"
    [[ $output == *"it does not serve unix $BATS_TEST_TMPDIR/s."* ]] || fail "$output"
}

@test "so is one of a fixed name that nobody has used" {
    export GRACE_SETTLE=200ms
    version <<<"threads([listening($PORT), listening('$BATS_TEST_TMPDIR/admin')], answering('both'))"
    start_installed
    version <<<"threads([listening($PORT)], answering('one'))"
    restarted
    log_has "unix $BATS_TEST_TMPDIR/admin is not served by generation 2" || dump_log
}

@test "one that a later process of the new generation binds after all is given up by the old one" {
    export GRACE_SETTLE=200ms
    local path=$BATS_TEST_TMPDIR/inner main
    version <<END
inner = listening("$path")
def ask():
    with socket.socket(socket.AF_UNIX) as conn:
        conn.connect("$path")
        conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return conn.makefile().read().rpartition("\n")[2]
threading.Thread(target=accept_all, args=(inner, answering(str(os.getpid()))), daemon=True).start()
ask()
threads([listening($PORT)], answering(ask))
END
    start_installed
    version <<END
def ask():
    inner = listening("$path")
    threading.Thread(target=accept_all, args=(inner, answering("new")), daemon=True).start()
    return "bound"
threads([listening($PORT)], answering(ask))
END
    hold_one
    "$GRACE" restart "$PID" || dump_log
    log_lacks 'not served'
    answers bound 127.0.0.1 "$PORT"
    grace_wait 10 answers new "unix:$path"
    [[ $(release 0) == new ]] || dump_log
}

# It waits for GRACE_SETTLE else: who reads datagrams may still answer them.
@test "a generation that was killed owes no answers, and is not waited for" {
    local old
    start_version <<END
service = bound($PORT, type=socket.SOCK_DGRAM)
while True:
    select.select([service], [], [])
END
    old=$(server_pid "$PID")
    "$GRACE" restart "$PID" || dump_log
    log_lacks 'generation 1 (drained|retired)'
    kill -KILL "$old"
    grace_wait 20 log_has 'generation 1 retired'
}
