# SPDX-License-Identifier: ISC
# What stays with the old generation although its client has said nothing: what that may be about to
# read, what others have, too, and what no successor could take.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load untouched

# kept COUNT: after a restart generation 1 has all of them, and answers when they ask.
kept() {
    "$GRACE" restart "$PID"
    holds 1 "$1" || fail "$(status "$PID")"
    asked
    grace_wait 20 settled "$PID" 2
    log_lacks 'handed over'
}

# kept_by COUNT COMMAND...
kept_by() {
    install_version 1
    start_wrapped server "${@:2}"
    grace_wait 20 answered
    grace_wait 10 connections_are 0
    silent "$1" 1
    aged
    install_version 2
    kept "$1"
}

# kept_by_ours [OPTION...]
kept_by_ours() {
    kept_by 3 "$SERVER" --listen "127.0.0.1:$PORT" --bodyfile "$BODY" "$@"
}

@test "threads that sleep in recv()" { kept_by_ours --wait accept --model threads; }
@test "a child for each connection" { kept_by_ours --model fork; }
@test "workers that are sent the connections" { kept_by_ours --pass scm; }
@test "node's cluster" { kept_by 4 node "$ROOT/tests/servers/cluster.js" "$PORT" "$BODY"; }
@test "a sandbox of its own" { kept_by_ours --sandbox seccomp; }

@test "a part of the request was read" {
    start_version_1
    half_client 3 --expect '^version 1$'
    install_version 2
    kept 3
}

# version_with N: standard input is what it does with a connection CONN before it serves it; python.
version_with() {
    version < <(
        echo 'import signal'
        echo 'def handle(conn):'
        sed 's/^/    /'
        echo "    answer(conn, '$1')"
        echo '    conn.shutdown(socket.SHUT_RDWR)'
        echo '    conn.close()'
        echo "accept_all(listening($PORT), handle)"
    )
}

# kept_after: standard input is what generation 1 does, as above.
kept_after() {
    version_with 1
    start_installed
    preconnect
    grace_wait 10 connections_are 1
    version_with 2 <<<pass
    "$GRACE" restart "$PID"
    holds 1 1 || fail "$(status "$PID")"
    [[ $(release 0) == 1 ]]
}

@test "the server has spoken first" { kept_after <<<'conn.sendall(b"220 hello\r\n")'; }
@test "a copy by dup()" { kept_after <<<'global copy; copy = conn.dup()'; }
@test "a copy by dup(), and the original closed" { kept_after <<<'copy = conn.dup(); conn.close(); conn = copy'; }
@test "it was sent away, too" {
    kept_after <<'END'
global pair
pair = socket.socketpair()
socket.send_fds(pair[0], [b"x"], [conn.fileno()])
END
}
@test "a child has it, too" {
    kept_after <<'END'
if os.fork() == 0:
    while True:
        signal.pause()
END
}
@test "a child had it, and has ended" {
    kept_after <<'END'
if os.fork() == 0:
    os._exit(0)
os.wait()
END
}

@test "several threads, and something unread" {
    version_with 1 <<END
threading.Thread(target=threading.Event().wait, daemon=True).start()
conn.setblocking(False)
log("accepted")
wait_for("$BATS_TEST_TMPDIR/gate")
conn.setblocking(True)
END
    start_installed
    preconnect
    printf 'GET / HTTP/1.0\r\n' >&"${HELD[0]}"
    grace_wait 10 connections_are 1
    aged
    version_with 2 <<<pass
    "$GRACE" restart "$PID"
    holds 1 1
    touch "$BATS_TEST_TMPDIR/gate"
    printf '\r\n' >&"${HELD[0]}"
    [[ $(last_line "${HELD[0]}") == 1 ]]
}

@test "several threads, and connections that are young: none is lost" {
    install_version 1
    start_wrapped node node "$ROOT/tests/servers/http.js" "$PORT" "$BODY"
    silent 10 12
    install_version 2
    "$GRACE" restart "$PID"
    asked
    grace_wait 20 settled "$PID" 2
}

# unix_client VERSION: silent, on a UNIX socket.
unix_client() {
    rm -f "$BATS_TEST_TMPDIR/on"
    client_start client --clients silent=1 --requests 1 --hold none --ready-file "$BATS_TEST_TMPDIR/on" \
        --expect "^version $1\$" "unix:$BATS_TEST_TMPDIR/s"
    grace_wait 10 test -s "$BATS_TEST_TMPDIR/on"
    grace_wait 10 connections_are 1
}

@test "UNIX sockets" {
    install_version 1
    start_wrapped server "$SERVER" --listen "unix:$BATS_TEST_TMPDIR/s" --bodyfile "$BODY"
    unix_client 1
    install_version 2
    kept 1
}

@test "an address that the new version does not serve" {
    export GRACE_SETTLE=200ms
    install_app --body 'version 1'
    start_wrapped app "$APP"
    silent 3 1
    PORT=$(grace_free_port) install_app --body 'version 2'
    kept 3
}

@test "the old one ends before the new one starts" {
    export GRACE_MODE=sequential
    start_version_1
    silent 3 1
    install_version 2
    hup_until 10 drains 1
    holds 1 3
    asked
    grace_wait 20 settled "$PID" 2
    log_lacks 'handed over'
}
