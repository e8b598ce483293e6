# SPDX-License-Identifier: ISC
# root asks the servers of other users, wherever their sockets are, and whatever else pretends.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    unset GRACE_RUNTIME_DIR XDG_RUNTIME_DIR
    let_everybody_in
    NAME=web$PORT
    export CONFINE PORT
}

# directory_of UID: sets DIR, where its sockets are.
directory_of() {
    DIR=$BATS_TEST_TMPDIR/of-$1
    install -d -m 700 -o "$1" "$DIR"
}

# serve_as UID [OPTION...]: our server on $PORT, whose name is NAME; sets PID.
serve_as() {
    directory_of "$1"
    start_settled "server-$1" "$CONFINE" --uid "$1" env GRACE_NAME="$NAME" GRACE_RUNTIME_DIR="$DIR" \
        LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" "${@:2}"
}

# asked COMMAND ARGUMENT...: by root, and it is done.
asked() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
    # shellcheck disable=SC2154 # bats sets it
    [[ $status == 0 ]] || fail "exit code $status: $output $stderr"
}

# shows PID USER: the table, once, as a server of that name.
shows() {
    asked status
    (($(grep -Ec "^$NAME +$1 +$2 .* serving " <<<"$output") == 1)) || fail "$output"
    (($(grep -Ec "^$NAME +$1 " <<<"$output") == 1)) || fail "$output"
}

@test "the server of another user is shown, restarted and stopped" {
    serve_as 54321
    shows "$PID" 54321
    [[ $(status "$PID") == *'"user":"54321"'* ]]
    asked restart "$PID"
    [[ ${lines[0]} == "server $PID of 54321" && $output == *'generation 2 ready'* ]] || fail "$output"
    grace_wait 20 settled "$PID" 2
    asked restart "$NAME"
    [[ ${lines[0]} == "server $PID of 54321" ]] || fail "$output"
    grace_wait 20 settled "$PID" 3
    asked stop "$(server_pid "$PID")"
    ended "$PID"
}

@test "a user is shown what is that user's" {
    serve_as 54321
    directory_of 54322
    run -3 "$CONFINE" --uid 54322 env GRACE_RUNTIME_DIR="$DIR" "$GRACE" restart "$PID"
    run -0 "$CONFINE" --uid 54322 env GRACE_RUNTIME_DIR="$DIR" "$GRACE" status
    [[ $output == "no servers run under grace (looked in $DIR)" ]] || fail "$output"
}

# As with PrivateTmp, and a network of its own.
# shellcheck disable=SC2016 # for the shell inside
@test "a server whose file system and network nobody else sees" {
    start_settled server unshare --mount --net bash -c '
        ip link set lo up
        mount -t tmpfs none /tmp
        ln -s /tmp/real /tmp/link
        install -d -m 755 -o 54321 /tmp/real
        exec "$@"' bash "$CONFINE" --uid 54321 env GRACE_NAME="$NAME" \
        GRACE_RUNTIME_DIR=/tmp/link/run LD_PRELOAD="$LIBGRACE" "$PYTHON" -m http.server --bind 127.0.0.1 "$PORT"
    [[ ! -e /tmp/real ]]
    shows "$PID" 54321
    asked restart "$(server_pid "$PID")"
    grace_wait 20 settled "$PID" 2
    asked stop "$NAME"
}

@test "a server in a PID namespace of its own goes by its number here" {
    directory_of 0
    start namespace unshare --pid --fork --kill-child --mount-proc env GRACE_NAME="$NAME" GRACE_RUNTIME_DIR="$DIR" \
        LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 20 log_has 'generation 1 ready'
    PID=$(ps -o pid= --ppid "$PID" | tr -d ' ')
    grace_wait 20 settled "$PID" 1
    asked restart "$PID"
    grace_wait 20 settled "$PID" 2
}

@test "a name of several users" {
    serve_as 54321
    local other=$PID
    PORT=$(grace_free_port) serve_as 54322
    run -2 "$GRACE" restart "$NAME"
    [[ $output == *"'$NAME' is the name of 2 servers, use one of the pids: "* &&
        $output == *" $other (54321)"* && $output == *" $PID (54322)"* ]] || fail "$output"
    PORT=$(grace_free_port) serve_as 0
    asked restart "$NAME" # root's own
    [[ $output != *' of '* ]] || fail "$output"
    grace_wait 20 settled "$PID" 2
    number_is 'done' 1
    PID=$other number_is 'done' 0
}

# pretend UID LISTENING [ARGUMENT...]: a process of that user that says it is root's server NAME; sets
# LAUNCHED. LISTENING is python and has what it needs in listen(number), answer(socket) and sys.argv.
pretend() {
    directory_of "$1"
    cat >"$BATS_TEST_TMPDIR/pretend.py" <<EOF
import json, os, socket, sys, time
def listen(number):
    s = socket.socket(socket.AF_UNIX)
    s.bind("$DIR/%d.sock" % number)
    s.listen(0)
    print("listens", flush=True)
    return s
def answer(s):
    while True:
        c = s.accept()[0]
        said = {"name": "$NAME", "pid": 1, "user": "root", "state": "serving"}
        c.sendall(b"done of course\n" if b"restart" in c.recv(100) else json.dumps(said).encode() + b"\n")
        c.close()
$2
EOF
    start_beside "pretend-$1" "$CONFINE" --uid "$1" "$PYTHON" "$BATS_TEST_TMPDIR/pretend.py" "${@:3}"
    grace_wait 10 grep -q listens "$(log_of "pretend-$1")"
}

@test "who pretends to be root's server is shown as who it is, and gets no request for root's" {
    serve_as 0
    pretend 54321 'answer(listen(os.getpid()))'
    shows "$LAUNCHED" 54321
    shows "$PID" root
    asked restart "$NAME"
    grace_wait 20 settled "$PID" 2
}

@test "a socket with the number of root's server is not taken for it" {
    serve_as 0
    pretend 54321 'answer(listen(int(sys.argv[1])))' "$PID"
    shows "$PID" root
    asked restart "$PID"
    grace_wait 20 settled "$PID" 2
    asked restart "$NAME"
    grace_wait 20 settled "$PID" 3
}

@test "one that never answers keeps nobody from the others, nor makes the answer a failure" {
    serve_as 0
    pretend 54321 's = listen(os.getpid()); time.sleep(1e6)'
    shows "$PID" root
    grep -q "^grace: supervisor $LAUNCHED doesn't answer" <<<"$stderr" || fail "$stderr"
    asked restart "$NAME"
    grace_wait 20 settled "$PID" 2
    pretend 54322 's = listen(os.getpid())
c = [socket.socket(socket.AF_UNIX) for i in range(9)]
for i in c:
    i.setblocking(False)
    i.connect_ex(s.getsockname())
time.sleep(1e6)' # its queue is full
    shows "$PID" root
}

# A worker that has given up root may be hostile.
# shellcheck disable=SC2016 # for the shell inside
@test "a process of root's server that pretends to be its supervisor is not asked" {
    local worker
    directory_of 54321
    pretend 54321 'import ctypes
ctypes.CDLL(None).prctl(4, 0) # PR_SET_DUMPABLE: /proc/PID is no longer its own
answer(listen(os.getpid()))' # writes the program
    directory_of 0
    start_settled server env GRACE_NAME="$NAME" GRACE_RUNTIME_DIR="$DIR" LD_PRELOAD="$LIBGRACE" \
        sh -c '"$1" --uid 54321 "$2" "$3" & exec "$4" --listen "127.0.0.1:$PORT"' sh \
        "$CONFINE" "$PYTHON" "$BATS_TEST_TMPDIR/pretend.py" "$SERVER"
    grace_wait 10 tree_has "$PID" 3
    worker=$(tree_of "$PID" | grep -vx -e "$PID" -e "$(server_pid "$PID")")
    grace_wait 10 log_has listens
    asked restart "$worker"
    [[ $output == *'generation 2 ready'* ]] || fail "$output"
}
