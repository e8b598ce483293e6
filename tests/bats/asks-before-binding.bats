# SPDX-License-Identifier: ISC
# Servers that look by connect() whether somebody answers at their address, and do not start then.

load helper

# restarts_at HOST: while another server is at another port.
restarts_at() {
    local other
    other=$(grace_free_port)
    start_beside other "$SERVER" --listen "127.0.0.1:$other" --listen "[::1]:$other"
    grace_wait 10 connects "$other"
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/asking.py" "$1" "$PORT" "$other"
    restart_under_load 2 "http://127.0.0.1:$PORT/"
    log_lacks 'refused|not reach'
}

connects() {
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

@test "a UNIX path" {
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/pathed.py" "$BATS_TEST_TMPDIR/socket"
    restart_under_load 2 "unix:$BATS_TEST_TMPDIR/socket"
    log_lacks refused
}

@test "a TCP address, in every way to connect" {
    restarts_at 127.0.0.1
}

@test "a wildcard, by the address of the loopback" {
    restarts_at 0.0.0.0
}

@test "the wildcard of IPv6" {
    restarts_at ::
}

@test "outside of a start the server that runs is found" {
    start_server
    run "$PYTHON" "$ROOT/tests/servers/asking.py" 127.0.0.1 "$PORT" "$PORT"
    [[ $status -eq 1 && $output == "refused: somebody answers plain at ('127.0.0.1', $PORT)" ]]
}
