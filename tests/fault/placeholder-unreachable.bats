# SPDX-License-Identifier: ISC
# What stands in for its listeners while a generation drains is reached by nobody: not by a user
# whom the mode of the UNIX path keeps out, not past a firewall.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/scripted

setup() {
    SOCKET=$BATS_TEST_TMPDIR/private
    export GRACE_DRAIN_TIMEOUT=none
}

# ask_as_nobody ADDRESS...: each a hundred times; what is connected, what is answered.
ask_as_nobody() {
    "$PYTHON" - "$@" <<'END'
import os, socket, sys
os.setgroups([]), os.setgid(65534), os.setuid(65534)
connected = answered = 0
for address in sys.argv[1:] * 100:
    kind, _, name = address.partition(" ")
    sock = socket.socket(socket.AF_INET if kind == "port" else socket.AF_UNIX,
                         socket.SOCK_SEQPACKET if kind == "seqpacket" else socket.SOCK_STREAM)
    sock.settimeout(5)
    try:
        if kind == "port":
            sock.connect(("127.0.0.1", int(name)))
        else:
            sock.connect("\0" + name[1:] if name[0] == "@" else name)
        connected += 1
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answered += len(sock.recv(100)) > 0
    except OSError:
        pass
    sock.close()
print(f"connected {connected} answered {answered}")
END
}

# names PID: of the listening UNIX sockets that it has, "TYPE NAME".
names() {
    local inode type name
    while read -r inode type name; do
        [[ -z $(find "/proc/$1/fd" -lname "socket:\[$inode\]") ]] || echo "$type $name"
    done < <(awk '$4 == "00010000" && $8 != "" {
        print $7, $5 == "0005" ? "seqpacket" : "stream", $8 }' "/proc/$1/net/unix")
}

# Two listeners of each kind that nobody else may connect to, and the one that holds it.
private() { # BODY
    cat <<END
os.umask(0o177)
def anew(path, **how):
    if os.path.exists(path):
        os.unlink(path)
    return listening(path, **how)
a, b = anew("$SOCKET"), anew("$SOCKET.packets", type=socket.SOCK_SEQPACKET)
c = listening($PORT)
def hold():
    conn, _ = c.accept()
    with conn:
        request(conn)
        conn.sendall(whole("$1"))
END
}

# has_placeholders: the old generation, in each process, instead of its listeners.
has_placeholders() {
    log_has 'generation 2 ready' && drains 1 && stopped_listening 1
}

# replaced: OLD drains, for as long as its client is there.
replaced() {
    OLD=$(server_pid "$PID")
    hold
    grace_wait 30 connections_are 1 || { status "$PID" >&2 && dump_log; }
    hup_until 20 has_placeholders || dump_log
}

keep_names() {
    mapfile -t NAMES < <(names "$OLD")
    printf 'placeholder: %s\n' "${NAMES[@]}" >&2
}

@test "who may not connect to a server is not served while it drains" {
    start_version <<END
$(private 1)
threading.Thread(target=hold).start()
serve(a, b, body="secret")
END
    replaced
    keep_names
    [[ $(ask_as_nobody "${NAMES[@]}") == *'answered 0' ]]
    [[ ${NAMES[*]} == *"$GRACE_RUNTIME_DIR"* && ${NAMES[*]} != *@* ]]
    [[ $(ask_as_nobody "${NAMES[@]}") == 'connected 0 answered 0' ]]
    [[ $(body "unix:$SOCKET") == secret ]]
    [[ $(release 0) == 1 ]]
    grace_wait 20 settled "$PID" 2
}

# kept: descriptors of the generation that serves, but for what a blocking accept() has slept on since
# the overlap, until its next client.
kept() {
    fds_of "$(server_pid "$PID")" | grep -vc signalfd
}

kept_are() {
    (($(kept) == $1))
}

@test "nor does it cost a descriptor that somebody tries, where threads wait in accept()" {
    local first before
    start_version <<END
$(private 1)
threading.Thread(target=hold).start()
threads([a, b], answering("secret"))
END
    first=$(kept)
    replaced
    keep_names
    before=$(fds_of "$OLD" | wc -l)
    ask_as_nobody "${NAMES[@]}"
    (($(fds_of "$OLD" | wc -l) == before))
    [[ $(release 0) == 1 ]]
    grace_wait 20 settled "$PID" 2
    grace_wait 10 kept_are "$first"
}

# ports PID: on which it listens, "port NUMBER".
ports() {
    ss -Hltnp | awk -v pid="pid=$1," 'index($0, pid) { sub(/.*:/, "", $4); print "port", $4 }'
}

@test "where the kernel takes no socket filter, who finds the port is not served either" {
    version <<END
listener = listening($PORT)
def held():
    conn, _ = listener.accept()
    threading.Thread(target=answering("1"), args=[conn]).start()
held()
serve(listener, body="secret")
END
    start_wrapped server "$CONFINE" --deny attach_filter \
        "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
    replaced
    mapfile -t NAMES < <(ports "$OLD")
    ((${#NAMES[@]} == 1))
    [[ $(ask_as_nobody "${NAMES[@]}") == 'connected '*' answered 0' ]]
    [[ $(release 0) == 1 ]]
    grace_wait 20 settled "$PID" 2
}

@test "shutdown() wakes accept() while the generation drains, too" {
    start_version <<END
listener = listening($PORT)
conn, _ = listener.accept()
def shut():
    answering("1")(conn)
    listener.shutdown(socket.SHUT_RDWR)
threading.Thread(target=shut).start()
try:
    listener.accept()
except OSError as error:
    log(os.getpid(), "accept:", error)
time.sleep(1000)
END
    replaced
    [[ $(release 0) == 1 ]]
    grace_wait 10 log_has "^$OLD accept: .*Invalid argument"
}

sleeps() { # PID
    for _ in {1..20}; do
        [[ $(<"/proc/$1/stat") == *') S '* ]] || return 1
    done
}

@test "a server that may not call futex() sleeps while it drains" {
    start_wrapped server "$CONFINE" --deny futex \
        "$SERVER" --listen "127.0.0.1:$PORT" --model fork --wait accept
    replaced
    grace_wait 10 sleeps "$OLD"
    [[ $(release 0) == *[0-9]* ]]
    grace_wait 20 settled "$PID" 2
}

# No status without the directory.
@test "without a runtime directory a sandboxed server gives up its paths all the same" {
    export GRACE_RUNTIME_DIR=/proc/nowhere
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --sandbox seccomp --wait poll \
        --listen "127.0.0.1:$PORT" --listen "unix:$SOCKET"
    grace_wait 20 log_has 'generation 1 ready'
    hold
    hup_until 20 log_has 'generation 1 draining'
    release 0
    grace_wait 20 log_has 'generation 1 retired' || dump_log
    log_has 'generation 1 drained'
}
