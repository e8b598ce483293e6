# SPDX-License-Identifier: ISC
# A server that waits for a blocking listener and then accepts, and takes any error for its end, is
# told of no client whom the other generation may take.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    GATE=$BATS_TEST_TMPDIR/gate
    ASKED=$BATS_TEST_TMPDIR/asked
}

# never_fails WAY MODEL: two clients leave much to the generations to snatch from each other.
never_fails() {
    local i
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT" --wait "$1" --model "$2"
    load_start -c new=2 "http://127.0.0.1:$PORT/"
    for ((i = 0; i < 6; i++)); do
        restart_and_wait "$PID"
    done
    load_finish
    log_lacks 'accept:'
}

@test "select, single" { never_fails select-accept single; }
@test "select, threads" { never_fails select-accept threads; }
@test "select, prefork" { never_fails select-accept prefork; }
@test "pselect, prefork" { never_fails pselect-accept prefork; }
@test "poll, single" { never_fails poll-accept single; }
@test "poll, threads" { never_fails poll-accept threads; }
@test "ppoll, fork" { never_fails ppoll-accept fork; }
@test "epoll, single" { never_fails epoll-lt-accept single; }
@test "epoll, threads" { never_fails epoll-lt-accept threads; }
@test "epoll, one shot, single" { never_fails epoll-oneshot-accept single; }
@test "epoll, one shot, prefork" { never_fails epoll-oneshot-accept prefork; }
@test "epoll_pwait, exclusive, prefork" { never_fails epoll-pwait-accept prefork; }
@test "epoll, exclusive, not blocking, prefork: nobody waits for the next client" {
    never_fails epoll-exclusive prefork
}
@test "epoll_pwait2, fork" { never_fails epoll-pwait2-accept fork; }

# waiting WAY: wait(seconds) says whether the wait calls report the listener.
waiting() {
    case $1 in
        select) echo 'wait = lambda time: bool(select.select([listener], [], [], time)[0])' ;;
        poll)
            echo 'poll = select.poll()'
            echo 'poll.register(listener, select.POLLIN)'
            echo 'wait = lambda time: bool(poll.poll(time and time * 1000))'
            ;;
        epoll*)
            echo 'epoll = select.epoll()'
            echo "epoll.register(listener, select.EPOLLIN${1#epoll})"
            echo 'wait = lambda time: bool(epoll.poll(-1 if time is None else time))'
            ;;
    esac
}

# told WAY: a server that is told of a client, and accepts when ASKED exists. In between it opens and
# closes, so that the number that accept() returns is known.
told() {
    echo "listener = listening($PORT)"
    waiting "$1"
    cat <<END
while True:
    wait(None)
    log("told", os.getpid())
    wait_for("$ASKED")
    hole = os.open("/dev/null", os.O_RDONLY)
    high = os.dup(hole)
    os.close(hole)
    conn, peer = listener.accept()
    assert conn.fileno() == hole, conn.fileno()
    assert peer == conn.getpeername(), peer
    assert conn.getblocking() and not conn.get_inheritable()
    os.close(high)
    with conn:
        answer(conn, "$2")
END
}

# asks: a client that waits for its answer, in the background.
asks() {
    body 127.0.0.1 "$PORT" >"$BATS_TEST_TMPDIR/answer" 3>&- &
    CLIENT=$!
}

is_told() {
    log_has "^told $1\$"
}

got() {
    wait "$CLIENT"
    [[ $(<"$BATS_TEST_TMPDIR/answer") == "$1" ]] || fail "$(<"$BATS_TEST_TMPDIR/answer")"
}

# overlap_begins: the new version listens once $GATE is there.
overlap_begins() {
    version < <(
        echo "wait_for('$GATE')"
        echo "listener = listening($PORT)"
        echo 'accept_all(listener, answering("new"))'
    )
    hup_until 10 log_has 'generation 2 starting'
}

# is_told_of_client: a client asks, and the process SERVING is told.
is_told_of_client() {
    asks
    grace_wait 10 is_told "$SERVING"
}

# old_serves_whom_it_was_told_of: once it asks for the client, while others are the new one's.
old_serves_whom_it_was_told_of() {
    answers new 127.0.0.1 "$PORT"
    touch "$ASKED"
    got old
    grace_wait 20 settled "$PID" 2
    log_lacks Error
}

# A client that the old generation is told of, before the overlap or in it, is served by it, however
# long it takes to ask; until then the generation lives.
told_before() {
    start_version < <(told "$1" old)
    SERVING=$(server_pid "$PID")
    is_told_of_client
    version < <(echo "listener = listening($PORT)" && echo 'accept_all(listener, answering("new"))')
    hup_until 10 drains 1
    old_serves_whom_it_was_told_of
}

@test "told before the restart: select" { told_before select; }
@test "told before the restart: poll" { told_before poll; }
@test "told before the restart: epoll" { told_before epoll; }
@test "told before the restart: epoll, edge-triggered" { told_before 'epoll|select.EPOLLET'; }

told_in_overlap() {
    start_version < <(told "$1" old)
    SERVING=$(server_pid "$PID")
    overlap_begins
    is_told_of_client
    touch "$GATE"
    grace_wait 10 drains 1
    old_serves_whom_it_was_told_of
}

@test "told in the overlap: select" { told_in_overlap select; }
@test "told in the overlap: poll" { told_in_overlap poll; }
@test "told in the overlap: epoll" { told_in_overlap epoll; }
@test "told in the overlap: epoll, one shot" { told_in_overlap 'epoll|select.EPOLLONESHOT'; }

# Who is not asked for is told of again: by every wait call, also when the listener has been given up.
told_again() {
    start_version < <(
        echo "listener = listening($PORT)"
        waiting "$1"
        cat <<END
wait(None)
log("told", os.getpid())
wait_for("$ASKED")
for _ in range(3):
    assert wait(0) and wait(None) and wait(60)
answering("old")(listener.accept()[0])
log("rest", wait(0))
wait(None)
END
    )
    SERVING=$(server_pid "$PID")
    overlap_begins
    is_told_of_client
    touch "$GATE"
    grace_wait 10 drains 1
    touch "$ASKED"
    got old
    grace_wait 10 log_has '^rest False$'
    grace_wait 20 settled "$PID" 2
    log_lacks Error
}

@test "told again: select" { told_again select; }
@test "told again: poll" { told_again poll; }
@test "told again: epoll" { told_again epoll; }

# A rollback takes nobody away, either.
@test "told in an overlap that ends with a rollback" {
    start_version < <(told poll old)
    SERVING=$(server_pid "$PID")
    version < <(echo "wait_for('$GATE')" && echo 'sys.exit(7)')
    hup_until 10 log_has 'generation 2 starting'
    is_told_of_client
    touch "$GATE"
    grace_wait 10 rolled_back "$PID" 1
    touch "$ASKED"
    got old
    rm "$ASKED"
    asks
    grace_wait 10 log_has "^told $SERVING\$"
    touch "$ASKED"
    got old
    log_lacks Error
}

# The child that lives on must not keep the connection open, which its parent has closed: the client
# waits for the end.
@test "a child that is forked between being told and accept() has no part in it" {
    start_version < <(
        cat <<END
listener = listening($PORT)
select.select([listener], [], [])
log("told", os.getpid())
wait_for("$ASKED")
if os.fork() == 0:
    wait_for("$BATS_TEST_TMPDIR/end")
    os._exit(0)
conn, _ = listener.accept()
request(conn)
conn.sendall(b"HTTP/1.0 200 OK\r\n\r\nold")
conn.close()
wait_for("$BATS_TEST_TMPDIR/end")
END
    )
    SERVING=$(server_pid "$PID")
    overlap_begins
    is_told_of_client
    touch "$ASKED"
    got old
    touch "$BATS_TEST_TMPDIR/end" "$GATE"
}

# Two threads that are told each of a client of its own both accept: none sleeps while its
# connections wait.
@test "threads that wait for the same listener are told of clients of their own" {
    start_version < <(
        cat <<END
listener = listening($PORT)
def run():
    while True:
        select.select([listener], [], [])
        log("told", threading.get_ident())
        wait_for("$ASKED")
        answering("old")(listener.accept()[0])
        log("served", threading.get_ident())
for _ in range(3):
    threading.Thread(target=run).start()
run()
END
    )
    overlap_begins
    asks
    grace_wait 10 log_has '^told'
    touch "$ASKED"
    got old
    grace_wait 10 log_has '^served'
    [[ $(grep -c '^told' "$LOG") == 1 ]] || fail "$(<"$LOG")"
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
}

both_are_told() {
    (($(grep -c '^told' "$LOG") == 2))
}

# told_of_one: two threads wait, and the kernel tells both of one client.
told_of_one() {
    start_version < <(
        cat <<END
listener = listening($PORT)
def run():
    while True:
        select.select([listener], [], [])
        log("told")
        wait_for("$ASKED")
        conn, peer = listener.accept()
        assert peer == conn.getpeername()
        with conn:
            if request(conn):
                conn.sendall(whole("old"))
            else:
                log("nobody")
for _ in range(2):
    threading.Thread(target=run).start()
END
    )
    preconnect
    grace_wait 10 both_are_told
}

# The one sleeps in accept(), as without the shim, until there is nobody any more whom it can get.
@test "a thread that was told in vain does not sleep in a generation that drains" {
    told_of_one
    touch "$ASKED"
    grace_wait 10 accepted "$BASHPID" 1
    version < <(echo "listener = listening($PORT)" && echo 'accept_all(listener, answering("new"))')
    hup_until 10 drains 1
    grace_wait 10 log_has '^nobody'
    [[ $(release 0) == old ]]
    grace_wait 20 settled "$PID" 2
    log_lacks Error
}

@test "nor one that asks when the other generation has got who was there" {
    told_of_one
    overlap_begins
    touch "$ASKED"
    grace_wait 10 log_has '^nobody'
    [[ $(release 0) == old ]]
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
    log_lacks Error
}
