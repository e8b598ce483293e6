# SPDX-License-Identifier: ISC
# What processes of the server and strangers send: nothing of it stays, none of it is believed.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/helper
load hostile

# has_descriptors COUNT: the supervisor, and no more. It may have one for a moment: to be waited for.
has_descriptors() {
    (($(fds_of "$PID" | wc -l) <= $1))
}

# keeps_descriptors COMMAND...: when it has read all messages, the supervisor has as many as before.
keeps_descriptors() {
    local before
    before=$(fds_of "$PID" | wc -l)
    "$@"
    ask heard
    grace_wait 10 has_descriptors "$before" || fail "more than $before" "$(fds_of "$PID")"
}

# The types of message.h: ADOPT 1, LISTEN 2, NOTE 3, PLACEHOLDER 6, QUEUE 7, GIVE 8, one that there
# is not.
@test "descriptors that come with a message of another kind, or too many, are not kept" {
    hostile_start
    keeps_descriptors ask send-fds 3 1 15
    keeps_descriptors ask send-fds 3 3 3
    keeps_descriptors ask send-fds 99 2 50
    keeps_descriptors ask send-fds 2 2 50
    keeps_descriptors ask send-fds 1 3 50
    keeps_descriptors ask send-fds 2 1 50 /dev/null
    keeps_descriptors ask send-fds 1 1 50 /dev/null
    keeps_descriptors ask send-fds 6 1 50
    keeps_descriptors ask send-fds 6 2 50 /dev/null
    keeps_descriptors ask send-fds 7 1 50
    keeps_descriptors ask send-fds 7 2 50 /dev/null
    keeps_descriptors ask send-fds 8 16 50
    keeps_descriptors ask send-fds 8 20 50
    keeps_descriptors ask send-fds 8 3 50 /dev/null
    unharmed
}

# gives_nothing: generation 1, which has one client, who keeps it draining.
gives_nothing() {
    local what
    for what in '' tcp listener; do
        # shellcheck disable=SC2086 # none or one
        tell "$held" give 0 $what
    done
    tell "$held" heard
}

all_refused() {
    (($(grep -c "1 of 1 connections can't be handed over" "$LOG") == $1))
}

@test "what a process gives as an untouched connection and is none goes to nobody" {
    hostile_start
    exec {held}<>"/dev/tcp/127.0.0.1/$PORT"
    tell "$held" ping
    gives_nothing # it serves
    "$GRACE" restart "$PID"
    gives_nothing # it drains
    grace_wait 10 all_refused 6
    tell "$held" ping
    exec {held}>&-
    grace_wait 20 settled "$PID" 2
    log_lacks 'handed over\)'
    unharmed
}

@test "what can't be a listener is not kept, and the line says why" {
    hostile_start
    ask send-fds 2 1 1
    grace_wait 20 log_has 'a listener of it could not be kept: it does not listen$'
    unharmed
}

@test "what a process says is one line of printable text, with the number that the kernel knows" {
    hostile_start
    local pid
    pid=$(worker)
    ask note "first\\ngrace[1]:\\_generation\\_9\\_retired\\e[2J" 1
    grace_wait 20 log_has \
        "^grace\\[$PID\\]: process $pid: first\\\\x0agrace\\[1\\]: generation 9 retired\\\\x1b\\[2J\$"
    run ! grep -E '^grace\[1\]' "$LOG"
}

# strangers COUNT TEXT: datagrams to the proxy, each waits until there is room.
strangers() {
    setpriv --reuid=65533 --clear-groups "$PYTHON" -c 'import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + sys.argv[1])
fds = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
for i in range(int(sys.argv[2])): s.sendmsg([sys.argv[3].encode()], fds)' "${PROXY#@}" "$@"
}

reads_of() {
    awk '/^syscr:/ { print $2 }' "/proc/$1/io"
}

@test "datagrams of strangers cost a few reads each, and leave nothing" {
    export GRACE_READY=notify GRACE_LOG_LEVEL=error
    local before after fds
    touch "$BATS_TEST_TMPDIR/release"
    start_wrapped server "$SERVER" --notify "$BATS_TEST_TMPDIR/release" --listen "127.0.0.1:$PORT" \
        --model prefork
    find_proxy
    fds=$(fds_of "$PID" | wc -l)
    before=$(reads_of "$PID")
    strangers 500 READY=1
    "$GRACE" status "$PID" >/dev/null
    after=$(reads_of "$PID")
    ((after - before < 10000)) || fail "$((after - before)) reads"
    grace_wait 10 has_descriptors "$fds"
}

@test "what only the service itself may say to the manager is not passed on" {
    export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager.sock HEARD=$BATS_TEST_TMPDIR/heard
    start manager "$PYTHON" "$ROOT/tests/tools/manager.py" "$NOTIFY_SOCKET" "$HEARD"
    grace_wait 10 test -S "$NOTIFY_SOCKET"
    start_server
    find_proxy
    "$PYTHON" -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(
    b"NOTIFYACCESS=all\nMAINPID=1\nWATCHDOG=trigger\nRESTART_RESET=1\nSTATUS=heard",
    "\0" + sys.argv[1])' "${PROXY#@}"
    grace_wait 10 grep -q STATUS=heard "$HEARD"
    run ! grep -E 'NOTIFYACCESS|MAINPID=1$|trigger|RESET' "$HEARD"
}

@test "a manager that is busy hears READY later" {
    export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager.sock
    start_beside manager "$PYTHON" -c 'import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
manager, more = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for i in range(2))
manager.bind(sys.argv[1])
more.setblocking(False)
try:
    while True: more.sendto(b"full", sys.argv[1])
except BlockingIOError: print("full", flush=True)
signal.sigwait({signal.SIGUSR1})
while True: print(manager.recv(4096).decode().split(), flush=True)' "$NOTIFY_SOCKET"
    local manager=$LAUNCHED
    grace_wait 10 grep -q full "$(log_of manager)"
    start_server
    restart_and_wait "$PID"
    LOG=$(log_of manager)
    kill -USR1 "$manager"
    grace_wait 20 log_has "'READY=1'"
}

# is_plain FILE: no control character but the newlines of its lines.
is_plain() {
    run ! grep -nP '[^\x20-\x7e]' "$1"
}

@test "a path that would move a terminal's cursor does not" {
    local path=$BATS_TEST_TMPDIR/$'s\e[2J\ngrace[1]: x' said=$BATS_TEST_TMPDIR/said
    GRACE_LOG_LEVEL=debug start_wrapped server "$SERVER" --listen "unix:$path"
    restart_and_wait "$PID"
    log_has 'listens on unix .*s\\x1b\[2J\\x0agrace\[1\]: x$'
    is_plain "$LOG"
    "$GRACE" status --json "$PID" >"$said"
    "$GRACE" status "$PID" >>"$said"
    is_plain "$said"
    run ! grep '^grace\[1\]' "$LOG" "$said"
}

@test "a worker that goes on asking for a restart in vain does not fill the log" {
    local c answer
    hostile_start
    exec {c}<>"/dev/tcp/127.0.0.1/$PORT"
    echo ping >&"$c"
    read -r answer <&"$c"
    "$GRACE" stop --drain --timeout 0 "$PID" || (($? == 4))
    grace_wait 20 log_has 'stopping generation 1 when it has drained'
    for _ in {1..300}; do
        printf 'field restarts 1\nring\n' >&"$c"
        read -r answer <&"$c" && read -r answer <&"$c"
    done
    [[ $answer == 'ok rung' ]]
    grace_wait 20 log_has 'no restart: the server is being stopped'
    (($(grep -c 'no restart' "$LOG") < 100)) || fail "$(wc -l "$LOG")"
    exec {c}>&-
    grace_wait 20 gone "$PID"
}
