# SPDX-License-Identifier: ISC
# Datagram sockets: both generations share one, the old one stops reading, nothing is lost.
load helper

setup() {
    export GRACE_SETTLE=3s
    ask_at "udp://127.0.0.1:$PORT"
}

# ask_at URL: where the clients ask.
ask_at() {
    ADDRESS=$1
}

only_newest_answers() {
    requests -c new=4 -n 50 --send '?' --expect "version $1" "$ADDRESS" >/dev/null
}

# two_restarts: under load. The old generation does not read while it still lives. It may have gone
# before a slow machine has asked; that restart is one more.
two_restarts() {
    local version=1 seen=0
    load_start --rate 2000 --send '?' --expect 'version [0-9]+' "$ADDRESS"
    while ((seen < 2)); do
        ((version += 1))
        install_version "$version"
        hup_until 10 log_has "generation $((version - 1)) draining"
        grace_wait 10 only_newest_answers "$version"
        log_has "generation $((version - 1)) drained" || ((seen += 1))
        grace_wait 20 settled "$PID" "$version"
        ((version < 6)) || break
    done
    load_finish
    ((seen == 2)) || fail "no old generation stays" "$(<"$LOG")"
}

# lose_nothing WAY [WORKERS]
lose_nothing() {
    start_datagrams "$1" "$PORT" "${@:2}"
    two_restarts
}

@test "epoll: restarts under load lose no datagram" { lose_nothing epoll; }
@test "poll: restarts under load lose no datagram" { lose_nothing poll; }
@test "select: restarts under load lose no datagram" { lose_nothing select; }
@test "blocking recvfrom: restarts under load lose no datagram" { lose_nothing block; }
@test "recvfrom with a time-out: restarts under load lose no datagram" { lose_nothing timeout; }
@test "a group of three that share the port: restarts under load lose no datagram" { lose_nothing epoll 3; }

@test "UNIX datagrams: the path stays, and restarts under load lose nothing" {
    local path=$BATS_TEST_TMPDIR/socket inode
    ask_at "unixgram:$path"
    start_datagrams poll "$path"
    inode=$(stat -c %i "$path")
    two_restarts
    [[ $(stat -c %i "$path") == "$inode" ]]
}

@test "a datagram socket that came with the process" {
    install_version 1
    start_activated --datagram "$PORT" \
        "$PYTHON" "$ROOT/tests/servers/datagrams.py" poll - "$BODY"
    two_restarts
}

@test "status names it" {
    start_datagrams epoll "$PORT"
    [[ $(status "$PID") == *"\"udp 127.0.0.1:$PORT\",\"type\":\"datagram\""* ]]
}
