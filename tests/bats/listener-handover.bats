# SPDX-License-Identifier: ISC
# A new generation takes over each listener of the old one, whatever its kind, as if bind() had
# made it; and the set of listeners may change.
load scripted

setup() {
    OTHER=$(grace_free_port)
    export GRACE_SETTLE=200ms
}

# serves_on "LISTEN..." ADDRESS...: three restarts lose nothing on any address.
serves_on() {
    local listen=$1 options=() each
    shift
    for each in $listen; do
        options+=(--listen "$each")
    done
    start_wrapped server "$SERVER" "${options[@]}" "${MORE[@]}"
    hammer "$@"
    restart_times 3
    hammer_finish
    log_lacks 'is released|not served'
}

@test "IPv4" { serves_on "127.0.0.1:$PORT" "127.0.0.1 $PORT"; }
@test "IPv6" { serves_on "[::1]:$PORT" "::1 $PORT"; }

# What is dual can't be tried on a loopback address.
@test "dual stack" {
    MORE=(--v6only 0)
    serves_on "[::]:$PORT" "127.0.0.1 $PORT" "::1 $PORT"
}

@test "IPv6 only, and the same port on IPv4" {
    MORE=(--v6only 1)
    serves_on "[::]:$PORT 127.0.0.1:$PORT" "127.0.0.1 $PORT" "::1 $PORT"
}

@test "IPv6 only where it makes no difference" {
    start_version <<<"serve(listening(('::1', $PORT), [(IPV6, socket.IPV6_V6ONLY, 0)]), body='1')"
    hammer "::1 $PORT"
    version <<<"serve(listening(('::1', $PORT), [(IPV6, socket.IPV6_V6ONLY, 1)]), body='2')"
    restart_and_wait "$PID"
    hammer_finish
    answers 2 ::1 "$PORT"
}

# As without grace: the kernel has no room for both, and nobody notices the attempt.
@test "a wider address on the same port: the new version fails and the old one goes on" {
    start_version <<<"serve(listening(('::1', $PORT)), body='1')"
    hammer "::1 $PORT"
    version <<<"serve(listening(('::', $PORT)), body='2')"
    hup_until 10 rolled_back "$PID" 1
    grace_wait 10 settled "$PID" 1
    hammer_finish
    log_has 'Address already in use'
    answers 1 ::1 "$PORT"
}

@test "several at once" {
    serves_on "127.0.0.1:$PORT [::1]:$OTHER unix:$BATS_TEST_TMPDIR/s unix:@s$PORT" \
        "127.0.0.1 $PORT" "::1 $OTHER" "unix:$BATS_TEST_TMPDIR/s"
}

@test "two of port 0 keep their ports and their order" {
    start_wrapped server "$SERVER" --listen 127.0.0.1:0 --listen 127.0.0.1:0 --listen "[::1]:0" \
        --portfile "$BATS_TEST_TMPDIR/ports"
    mapfile -t before <"$BATS_TEST_TMPDIR/ports"
    hammer "${before[@]}"
    restart_times 2
    hammer_finish
    mapfile -t after <"$BATS_TEST_TMPDIR/ports"
    [[ ${after[*]} == "${before[*]}" ]] || fail "${before[*]} became ${after[*]}"
}

# server_fds: as the server sees them, without what differs from socket to socket.
server_fds() {
    "$PYTHON" - "$PORT" <<'END'
import re, sys, urllib.request
text = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/fds").read().decode()
lines = [re.sub(r"\[\d+\]", "", line) for line in text.splitlines()]
print(*sorted(line for line in lines if int(line.split()[0]) < 1000), sep="\n")
END
}

@test "the numbers of all files are those of the unwrapped server" {
    start plain "$SERVER" --listen "127.0.0.1:$PORT" --listen "127.0.0.1:$OTHER"
    grace_wait 5 server_fds
    plain=$(server_fds)
    grace_end
    start_wrapped plain "$SERVER" --listen "127.0.0.1:$PORT" --listen "127.0.0.1:$OTHER"
    [[ $(server_fds) == "$plain" ]] || fail "unwrapped: $plain" "wrapped: $(server_fds)"
    restart_times 2
    [[ $(server_fds) == "$plain" ]] || fail "unwrapped: $plain" "restarted: $(server_fds)"
}

# inheritable 0|1: a version whose listener's close-on-exec flag is as the version set it.
inheritable() {
    version <<END
a = bound($PORT)
a.set_inheritable($1 == 1)
a.listen(128)
serve(a, body=lambda: str(int(a.get_inheritable())))
END
}

@test "close-on-exec is what each version asked for" {
    start_version <<<"a = listening($PORT); serve(a, body=lambda: str(int(a.get_inheritable())))"
    answers 0 127.0.0.1 "$PORT"
    inheritable 1
    restart_and_wait "$PID"
    answers 1 127.0.0.1 "$PORT"
    inheritable 0
    restart_and_wait "$PID"
    answers 0 127.0.0.1 "$PORT"
}

# set_before NAME...: a version that sets these between socket() and bind() and says what it has.
set_before() {
    version <<END
options = [$1]
a = listening($PORT, options)
names = [(ANY, socket.SO_KEEPALIVE), (ANY, socket.SO_RCVBUF), (TCP, socket.TCP_DEFER_ACCEPT),
         (TCP, socket.TCP_NODELAY), (ANY, socket.SO_SNDTIMEO)]
serve(a, body=lambda: " ".join(str(a.getsockopt(*name)) for name in names))
END
}

@test "options set before bind are replayed, and those of a new version count" {
    set_before "(ANY, socket.SO_KEEPALIVE, 1), (ANY, socket.SO_RCVBUF, 30000),
        (TCP, socket.TCP_DEFER_ACCEPT, 3), (TCP, socket.TCP_NODELAY, 1)"
    start_installed
    answers '1 60000 3 1 0' 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    answers '1 60000 3 1 0' 127.0.0.1 "$PORT"
    hammer "127.0.0.1 $PORT"
    set_before "(ANY, socket.SO_KEEPALIVE, 0), (ANY, socket.SO_RCVBUF, 40000),
        (TCP, socket.TCP_DEFER_ACCEPT, 7), (TCP, socket.TCP_NODELAY, 0)"
    restart_and_wait "$PID"
    hammer_finish
    answers '0 80000 7 0 0' 127.0.0.1 "$PORT"
    [[ $(ss -tlnmH "sport = $PORT") == *rb80000,* ]] || fail "$(ss -tlnmH "sport = $PORT")"
}

@test "TCP_DEFER_ACCEPT and TCP_FASTOPEN set after listen" {
    start_version <<END
a = listening($PORT)
a.setsockopt(TCP, socket.TCP_DEFER_ACCEPT, 3)
a.setsockopt(TCP, socket.TCP_FASTOPEN, 16)
serve(a, body=lambda: "%d %d" % (a.getsockopt(TCP, socket.TCP_DEFER_ACCEPT),
                                 a.getsockopt(TCP, socket.TCP_FASTOPEN)))
END
    hammer "127.0.0.1 $PORT"
    for _ in 1 2 3; do
        answers '3 16' 127.0.0.1 "$PORT"
        restart_and_wait "$PID"
    done
    hammer_finish
    answers '3 16' 127.0.0.1 "$PORT"
}

@test "a blocking listener becomes non-blocking and blocking again" {
    local way
    install_app --wait select-accept
    start_wrapped server "$APP"
    load_start "http://127.0.0.1:$PORT/"
    for way in epoll-lt accept poll select-accept epoll-et select-accept accept epoll-lt; do
        install_app --wait "$way"
        restart_and_wait "$PID"
    done
    load_finish
    at_most longest_silence_ms 1000
}

@test "O_NONBLOCK is what each generation believes" {
    local flag inode
    for flag in True False True True False False; do
        version <<END
import fcntl
a = listening($PORT)
a.setblocking(not $flag)
threads([a], answering(lambda: str(bool(fcntl.fcntl(a, fcntl.F_GETFL) & os.O_NONBLOCK))))
END
        [[ $flag == False ]] || version <<END
import fcntl
a = listening($PORT)
serve(a, body=lambda: str(bool(fcntl.fcntl(a, fcntl.F_GETFL) & os.O_NONBLOCK)))
END
        if [[ -v PID ]]; then
            restart_and_wait "$PID"
        else
            start_installed
        fi
        answers "$flag" 127.0.0.1 "$PORT"
        # And once no other generation is left, it is the truth.
        inode=$(ss -tlneH "sport = :$PORT" | sed -n 's/.* ino:\([0-9]*\).*/\1/p')
        "$PYTHON" - "$(server_pid "$PID")" "$inode" "$flag" <<'END'
import glob, os, sys
pid, inode, want = sys.argv[1:]
found = [os.path.basename(path) for path in glob.glob(f"/proc/{pid}/fd/*")
         if os.readlink(path) == f"socket:[{inode}]"]
assert found
for fd in found:
    flags = int(open(f"/proc/{pid}/fdinfo/{fd}").read().split("flags:")[1].split()[0], 8)
    assert bool(flags & os.O_NONBLOCK) == (want == "True"), oct(flags)
END
    done
}

backlog_is() {
    [[ $(ss -tlnH "sport = $PORT" | awk '{ print $3 }') == "$1" ]]
}

@test "the backlog of the new version counts" {
    start_version <<<"serve(listening($PORT, backlog=17), body='1')"
    backlog_is 17
    version <<<"serve(listening($PORT, backlog=33), body='2')"
    restart_and_wait "$PID"
    backlog_is 33
    [[ $(status "$PID") == *'"backlog":33'* ]]
}

@test "a listener is added" {
    start_version <<<"serve(listening($PORT), body='1')"
    hammer "127.0.0.1 $PORT"
    version <<<"serve(listening($OTHER), listening($PORT), body='2')"
    restart_and_wait "$PID"
    hammer_finish
    hammer "127.0.0.1 $PORT" "127.0.0.1 $OTHER"
    restart_and_wait "$PID"
    hammer_finish
}

# queue COUNT: that many clients whose connections wait to be accepted.
queue() {
    local i
    for ((i = 0; i < $1; i++)); do
        client_start "queued$i" -n 1 --expect '^old$' "http://127.0.0.1:$OTHER/"
        QUEUED+=("$LAUNCHED")
    done
    grace_wait 5 queue_is "$1"
}

queue_is() {
    [[ $(ss -tlnH "sport = $OTHER" | awk '{ print $2 }') == "$1" ]]
}

@test "a listener is removed: what its queue holds is answered first, then it refuses" {
    local each
    start_version <<END
a, b = listening($PORT), listening($OTHER)
threading.Thread(target=accept_all, args=(a, answering("old")), daemon=True).start()
select.select([b], [], [])
wait_for("$BATS_TEST_TMPDIR/open")
accept_all(b, answering("old"))
END
    hammer "127.0.0.1 $PORT"
    queue 5
    version <<<"serve(listening($PORT), body='new')"
    hup_until 10 log_has "tcp 127.0.0.1:$OTHER is not served by generation 2: its queue is emptied"
    queue_is 4 # and one in hand, whom select() has told of
    touch "$BATS_TEST_TMPDIR/open"
    for each in "${!QUEUED[@]}"; do
        wait "${QUEUED[each]}" || fail "$(<"$(log_of "queued$each")")"
    done
    grace_wait 10 log_has "tcp 127.0.0.1:$OTHER released"
    grace_wait 10 settled "$PID" 2
    refuses "http://127.0.0.1:$OTHER/"
    hammer_finish
    [[ $(status "$PID") != *"address\":\"tcp 127.0.0.1:$OTHER"* ]] || fail "$(status "$PID")"
}

@test "the new version has another port only" {
    start_version <<<"serve(listening($PORT), body='1')"
    version <<<"serve(listening($OTHER), body='2')"
    restart_and_wait "$PID"
    answers 2 127.0.0.1 "$OTHER"
    refuses "http://127.0.0.1:$PORT/"
    version <<<"serve(listening($PORT), body='3')"
    restart_and_wait "$PID"
    answers 3 127.0.0.1 "$PORT"
    refuses "http://127.0.0.1:$OTHER/"
}

@test "a second bind of an address that the same generation has fails as without grace" {
    start_version <<END
def bind_again():
    try:
        bound($PORT)
    except OSError as error:
        return os.strerror(error.errno)
    return "bound twice"
serve(listening($PORT), body=bind_again)
END
    answers 'Address already in use' 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    answers 'Address already in use' 127.0.0.1 "$PORT"
}

# binding: bind() with any bytes, of the C library, and what the kernel refuses.
binding() {
    cat <<END
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def bind(sock, address):
    if libc.bind(sock.fileno(), address, len(address)) == 0:
        return "0"
    return errno.errorcode[ctypes.get_errno()]
def inet(family, port, host=b"\x7f\0\0\1"):
    return struct.pack("=H", family) + struct.pack(">H4s8x", port, host)
def path(name):
    return struct.pack("=H", socket.AF_UNIX) + name.encode()
END
}

@test "what bind() refuses it refuses for an address that is held, too" {
    local i
    version < <(
        binding
        cat <<END
def stream(family):
    return socket.socket(family, socket.SOCK_STREAM)
def bound_to(name):
    sock = stream(socket.AF_UNIX)
    if os.path.lexists(name):
        os.unlink(name)
    sock.bind(name)
    return sock
held, HOST = "$BATS_TEST_TMPDIR/held", inet(socket.AF_INET, $PORT)
tcp, local = bound(0), bound_to("own")
print("refused", bind(tcp, HOST),
    bind(stream(socket.AF_INET), HOST[:15]),
    bind(stream(socket.AF_INET), HOST + bytes(200)),
    bind(stream(socket.AF_INET6), HOST + bytes(12)),
    bind(stream(socket.AF_INET), inet(socket.AF_INET6, $PORT)),
    bind(stream(socket.AF_UNIX), path(held) + bytes(111 - 2 - len(held))))
if os.path.lexists(held):
    print("in use", bind(socket.socketpair()[0], path(held)))
    print("the same" if bind(local, path(held)) == bind(local, path("/")) else "another")
listener = bound_to(held)
listener.listen()
threads([listening($PORT), listener], answering("1"))
END
    )
    cd "$BATS_TEST_TMPDIR" || return
    start_installed
    for i in 1 2; do
        log_has 'refused EINVAL EINVAL EINVAL EAFNOSUPPORT EAFNOSUPPORT EINVAL$'
        : >"$LOG"
        restart_and_wait "$PID"
    done
    log_has '^in use EADDRINUSE$' && log_has '^the same$'
}

@test "IPv4 without a family, as the kernel takes it" {
    version < <(
        binding
        cat <<END
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(ANY, socket.SO_REUSEADDR, 1)
if bind(listener, inet(socket.AF_UNSPEC, $PORT, bytes(4))) != "0":
    sys.exit(1)
listener.listen()
serve(listener, body='1')
END
    )
    start_installed
    restarts_lose_nothing "127.0.0.1 $PORT"
}
