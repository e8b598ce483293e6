# SPDX-License-Identifier: ISC
# To whoever started it, a wrapped program is that program: its status, its signals, its terminal.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

# ends_cleanly_with STATUS: and leaves nothing behind.
ends_cleanly_with() {
    ends_with "$1" || return
    grace_wait 5 session_is_empty "$PID" || return
    [[ ! -e $GRACE_RUNTIME_DIR/$PID.sock ]]
}

arrived() {
    (($(grep -c "SIG$1 arrived" "$LOG") == $2))
}

# python's return code tells a signal (negative) from a status.
returncode() {
    "$LAUNCH" -- env GRACE_SIGNAL=USR2 "$PYTHON" -c 'import os, subprocess, sys
env = dict(os.environ, LD_PRELOAD=sys.argv[1])
print(subprocess.run(sys.argv[2:], env=env).returncode)' "$LIBGRACE" "$@"
}

@test "the exit status" {
    for status in 0 1 3 125 126 127 255; do
        [[ $(returncode sh -c "exit $status") == "$status" ]]
    done
}

@test "the signal it died of" {
    for sig in HUP INT QUIT ABRT FPE KILL SEGV PIPE ALRM TERM USR1 VTALRM RTMIN; do
        sig=$(kill -l "$sig")
        [[ $(returncode sh -c "ulimit -c 0; kill -$sig \$\$") == "-$sig" ]] || fail "signal $sig"
    done
}

@test "a command that can't be: 126 and 127, with one line" {
    run --separate-stderr -127 "$LIBGRACE" "$BATS_TEST_TMPDIR/missing"
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == *"exec $BATS_TEST_TMPDIR/missing: No such file or directory"* ]]
    # shellcheck disable=SC2154 # bats sets it
    [[ ${#stderr_lines[@]} == 1 ]]
    run --separate-stderr -127 "$LIBGRACE" no-such-command-in-path
    touch "$BATS_TEST_TMPDIR/file"
    run --separate-stderr -126 "$LIBGRACE" "$BATS_TEST_TMPDIR/file"
    [[ $stderr == *"exec $BATS_TEST_TMPDIR/file: Permission denied"* ]]
}

@test "standard input, output and error are its own" {
    [[ $(printf 'in' | LD_PRELOAD=$LIBGRACE sh -c 'cat; echo out; echo err >&2' 2>&1) == $'inout\nerr' ]]
    [[ $(printf 'one\ntwo\n' | LD_PRELOAD=$LIBGRACE head -n 1) == one ]]
}

@test "signals are passed on, once each" {
    local signals=(USR1 USR2 QUIT WINCH ALRM CONT URG PIPE VTALRM RTMIN) sig
    start_noting "${signals[@]/%/=note}"
    for sig in "${signals[@]}"; do
        [[ $sig != PIPE ]] || continue # a broken standard error is not the server's affair
        kill -s "$sig" "$PID"
        grace_wait 5 arrived "$sig" 1
    done
    kill -USR1 "$PID"
    grace_wait 5 arrived USR1 2
    restart_and_wait "$PID"
    kill -USR1 "$PID"
    grace_wait 5 arrived USR1 3
    [[ $(grep -c arrived "$LOG") == 11 ]]
}

@test "TERM and INT stop it, and its status is ours" {
    export GRACE_STOP_SIGNAL=none # so that only the generation that serves notes one
    for sig in TERM INT; do
        start_noting TERM=exit:5 INT=exit:5
        restart_and_wait "$PID"
        kill -s "$sig" "$PID"
        ends_cleanly_with 5
        arrived "$sig" 1
        log_has 'stopped: exit status 5'
        rm "$LOG"
    done
}

@test "TERM kills what has no handler: 143" {
    start_server
    kill -TERM "$PID"
    ends_cleanly_with 143
}

@test "TERM twice within a moment, as timeout(1) sends it, is one" {
    local try begun late
    for try in first second third fourth fifth; do
        start_noting TERM=slowly:5
        uptime_ms && begun=$UPTIME_MS
        kill -TERM "$PID"
        grace_wait 5 arrived TERM 1
        kill -TERM "$PID" 2>/dev/null || true # it may have ended by now
        uptime_ms && late=$((UPTIME_MS - begun))
        ! ends_cleanly_with 5 || break
        # Half a second later it is another: did the machine stand still?
        # shellcheck disable=SC2154 # grace_wait sets it
        ((late > 300 || grace_longest_look > 150)) || fail "the $try try, $late ms between the two"
        rm "$LOG"
    done
    arrived TERM 1
}

terminate() {
    kill -TERM "$PID" 2>/dev/null
    ended "$PID"
}

@test "another TERM later kills it" {
    start_noting TERM=note
    kill -TERM "$PID"
    grace_wait 5 arrived TERM 1
    answered
    grace_wait 5 terminate
    ends_cleanly_with 137
    arrived TERM 1
    log_has 'second stop signal: killing the server'
}

@test "GRACE_STOP_TIMEOUT: it is killed, with all its processes" {
    export GRACE_STOP_TIMEOUT=500ms
    start_wrapped server sh -c "trap '' TERM; '$SERVER' --listen 127.0.0.1:$PORT --model prefork & wait"
    kill -TERM "$PID"
    ends_cleanly_with 137
    log_has 'did not stop in time, killing it'
}

@test "TERM while a restart goes on stops both" {
    export GRACE_READY=exec=false
    touch "$BATS_TEST_TMPDIR/ready"
    GRACE_READY="exec=test -e $BATS_TEST_TMPDIR/ready" start_noting TERM=exit:5
    grace_wait 5 answered
    rm "$BATS_TEST_TMPDIR/ready"
    hup_until 5 log_has 'generation 2 starting'
    grace_wait 5 eval "((\$(tree_of $PID | wc -l) >= 3))"
    kill -TERM "$PID"
    ends_cleanly_with 5
}

@test "TERM while an old generation drains: its answers are finished, then all is gone" {
    start_server --slow-until "$BATS_TEST_TMPDIR/finish"
    slow_client 2
    hup_until 5 log_has 'generation 1 draining'
    kill -TERM "$PID"
    grace_wait 5 ended "$PID"
    kill -0 "$CLIENT"
    touch "$BATS_TEST_TMPDIR/finish"
    client_answered
    grace_wait 5 session_is_empty "$PID"
    ends_cleanly_with 143
}

@test "TERM to a server that leaves its workers behind: they finish what they have, and end" {
    echo left >"$BATS_TEST_TMPDIR/body"
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/spawning.py" "$PORT" "$BATS_TEST_TMPDIR/body"
    half_client 1
    grace_wait 5 connections_are 1
    kill -TERM "$PID"
    grace_wait 5 ended "$PID"
    grace_wait 5 refuses "http://127.0.0.1:$PORT/"
    client_asks
    client_answered
    grace_wait 5 session_is_empty "$PID"
    ends_cleanly_with 143
}

orphan() {
    "$PYTHON" -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())' \
        "http://127.0.0.1:$PORT/orphan"
}

@test "orphans of the server are reaped" {
    start_noting
    for _ in 1 2 3; do
        grace_wait 5 ended "$(orphan)"
        grace_wait 5 no_zombies "$PID"
    done
}

# start_as_init COMMAND...: PID 1 of a namespace; sets INIT, its number here.
start_as_init() {
    start init unshare --pid --fork --mount-proc env LD_PRELOAD="$LIBGRACE" "$@"
    grace_wait 10 log_has 'grace\[1\]: generation 1 ready' || dump_log
    INIT=$(ps -o pid= --ppid "$PID" | tr -d ' ')
}

@test "PID 1: restarts, reaps, and ends with the server's status" {
    start_as_init "$PYTHON" "$NOTING" "$PORT" TERM=exit:5
    load_start --rate 200 "http://127.0.0.1:$PORT/"
    kill -HUP "$INIT"
    grace_wait 10 log_has 'generation 1 retired'
    load_finish
    orphan
    grace_wait 5 no_zombies "$INIT"
    kill -TERM "$INIT"
    ends_cleanly_with 5
}

@test "PID 1: a server that died of a signal gives 128+n" {
    start_as_init "$SERVER" --listen "127.0.0.1:$PORT"
    kill -TERM "$INIT"
    ends_cleanly_with 143
}

# stop_from_within COMMAND...: as `docker exec` and a preStop of Kubernetes do it.
stop_from_within() {
    run nsenter --target "$INIT" --pid --mount "$@"
    [[ $status -eq 0 && $output == *'stopped: '* ]] || fail "exit status $status" "$output"
    ends_cleanly_with 143
}

@test "PID 1: who stops it from within has its answer, and ends, before it does" {
    start_as_init "$SERVER" --listen "127.0.0.1:$PORT"
    stop_from_within "$GRACE" stop --drain 1
}

@test "PID 1: so does a shell that runs it" {
    start_as_init "$SERVER" --listen "127.0.0.1:$PORT"
    # shellcheck disable=SC2016 # for the shell inside
    stop_from_within sh -c '"$GRACE" stop --drain 1; code=$?; for i in 1 2 3; do /bin/true; done; exit $code'
}

@test "PID 1: a server that ignores TERM is killed, and so is the namespace" {
    export GRACE_STOP_TIMEOUT=300ms
    start_as_init "$PYTHON" "$NOTING" "$PORT" TERM=note
    kill -TERM "$INIT"
    ends_cleanly_with 137
}

# in_background: sets PID to the supervisor there, once the server serves.
in_background() {
    log_has 'went into the background' && PID=$(basename "$GRACE_RUNTIME_DIR"/*.sock .sock) &&
        settled "$PID" 1
}

# The supervisor tells it something when its parent has ended, and a program that has just been
# executed has no handler for that. On a busy machine the one often met the other.
@test "a daemon that is executed while its parent ends is not ended by a signal" {
    local i busy=()
    for ((i = $(nproc); i > 0; i--)); do
        start "busy$i" bash -c 'while :; do :; done'
        busy+=("$PID")
    done
    for i in {1..20}; do
        # shellcheck disable=SC2016 # for that shell
        start daemon env LD_PRELOAD="$LIBGRACE" bash -c \
            '"$0" --listen "127.0.0.1:$1" </dev/null >/dev/null 2>&1 &' "$SERVER" "$PORT"
        grace_wait 20 in_background || fail "start $i" "$(<"$LOG")"
        "$GRACE" stop "$PID"
        grace_wait 10 ended "$PID"
        rm "$LOG"
    done
    kill "${busy[@]}"
}

@test "whoever waits for the end of a daemon's output is let go" {
    # shellcheck disable=SC2016 # for those shells
    start waiting bash -c '"$@" 2>&1 | timeout 20 cat' - env LD_PRELOAD="$LIBGRACE" \
        bash -c '"$0" --listen "127.0.0.1:$1" </dev/null >/dev/null 2>&1 &' "$SERVER" "$PORT"
    ends_with 0
    [[ $(<"$LOG") == *'went into the background'*'the log goes to syslog' ]] || fail "$(<"$LOG")"
    found_in_background
    grace_wait 10 settled "$PID" 1
    restart_and_wait "$PID"
    answered
}

# read_once COMMAND...: it has a pipe at 3, a socket at 4 and a FIFO at 5, whose other ends are closed
# when a line has come from each, as s6-supervise does.
read_once() {
    start_settled server "$PYTHON" -c '
import os, socket, sys
pipe, ends = os.pipe(), socket.socketpair()
if os.fork() == 0:
    os.close(pipe[1])
    ends[1].close()
    for file in os.fdopen(pipe[0]), ends[0].makefile(), open(sys.argv[1]):
        file.readline()
    os.closerange(3, 100)
    open(sys.argv[1] + ".read", "w")
    os._exit(0)
os.dup2(pipe[1], 3)
os.dup2(ends[1].fileno(), 4)
os.dup2(os.open(sys.argv[1], os.O_WRONLY), 5)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
    grace_wait 10 test -e "$1.read"
}

# target FD: what it is in the main process.
target() {
    readlink "/proc/$(server_pid "$PID")/fd/$1"
}

@test "who has read enough of a server is not missed by the next version" {
    local fifo=$BATS_TEST_TMPDIR/fifo
    mkfifo "$fifo"
    put "$APP" <<<"#!/bin/sh
for fd in 3 4 5; do echo ready >&\$fd; done
exec '$SERVER' --listen 127.0.0.1:$PORT"
    read_once "$fifo" env LD_PRELOAD="$LIBGRACE" "$APP"
    [[ $(target 3) == pipe:* && $(target 4) == socket:* && $(target 5) == "$fifo" ]]
    restart_and_wait "$PID"
    [[ $(target 3) == /dev/null && $(target 4) == /dev/null && $(target 5) == /dev/null ]]
    exec {reader}<>"$fifo" # a FIFO can find another one
    restart_and_wait "$PID"
    [[ $(target 3) == /dev/null && $(target 4) == /dev/null && $(target 5) == "$fifo" ]]
    exec {reader}>&-
}

@test "a log that nobody reads stops nobody" {
    local pipe=$BATS_TEST_TMPDIR/pipe
    mkfifo "$pipe"
    exec 7<>"$pipe"
    dd if=/dev/zero of="$pipe" oflag=nonblock bs=4096 count=1000 2>/dev/null || true # it is full then
    launch "$pipe" "$pipe" env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    PID=$LAUNCHED
    grace_wait 10 settled "$PID" 1
    restart_and_wait "$PID"
    "$GRACE" stop "$PID" --timeout 10s
    exec 7>&-
}

@test "a server in a PID namespace of its own: its numbers are not taken for those of strangers" {
    export GRACE_STOP_TIMEOUT=200ms
    # shellcheck disable=SC2016 # the inner shell's
    start strangers unshare --pid --fork --kill-child --mount-proc bash -c '
        for i in 2 3 4 5; do sleep 600 & done
        LD_PRELOAD=$0 unshare --pid --fork --kill-child "$@" &
        until [[ -e $BATS_TEST_TMPDIR/over ]]; do sleep 0.01; done
        kill $!
        wait $!
        [[ $(jobs -r | wc -l) != 4 ]] || echo unharmed
    ' "$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
    grace_wait 10 log_has 'listens on .* unseen by libgrace.so'
    answered
    touch "$BATS_TEST_TMPDIR/over"
    grace_wait 10 ended "$PID"
    log_has '^unharmed$' || dump_log
}

# Its children leave session and parent while the supervisor looks for them.
background_restarts() {
    start_background "$SERVER" --daemonize "$1" --listen "127.0.0.1:$PORT"
    restart_times 50
    rolled_back "$PID" 0
}

@test "a server that goes to the background is never taken for dead" { background_restarts 1; }
@test "nor one that forks twice for it" { background_restarts 2; }

@test "nor one whose first child is about to exit when the main process has ended" {
    start server env LD_PRELOAD="$LIBGRACE" "$PYTHON" "$ROOT/tests/servers/leaving.py" "$PORT"
    wait "$PID"
    grace_wait 10 log_has 'went into the background'
    found_in_background
    restart_and_wait "$PID"
    answered
}

# Half of these clients have a name before they connect.
@test "to close a socket of its own it is not asked who it is" {
    local clients='import socket
listener = socket.create_server(("127.0.0.1", 0))
for number in range(300):
    client = socket.socket()
    if number % 2:
        client.bind(("127.0.0.1", 0))
    client.connect(listener.getsockname())
    client.close()
    listener.accept()[0].close()'
    strace -f -qq -e trace=getpid,close -o "$BATS_TEST_TMPDIR/calls" \
        env LD_PRELOAD="$LIBGRACE" "$PYTHON" -c "$clients"
    (($(grep -c 'close(' "$BATS_TEST_TMPDIR/calls") >= 600))
    (($(grep -c 'getpid(' "$BATS_TEST_TMPDIR/calls") < 150))
}

# in_script COMMAND...: wrapped, the child of a script, and so no leader of a group; sets PID.
in_script() {
    # shellcheck disable=SC2016 # for the shell inside
    start script sh -c 'env LD_PRELOAD="$LIBGRACE" "$@" & echo $! >"$0"; wait' \
        "$BATS_TEST_TMPDIR/pid" "$@"
    grace_wait 5 test -s "$BATS_TEST_TMPDIR/pid"
    PID=$(<"$BATS_TEST_TMPDIR/pid")
}

# is_alone PID: it leads its session.
is_alone() {
    [[ $(ps -o sid= -p "$1") -eq $1 ]]
}

# setsid(1) executes its command in a child if it leads a group.
@test "setsid in a script executes the server in place, and the script's pid stays" {
    local generation
    export LIBGRACE
    in_script setsid "$SERVER" --listen "127.0.0.1:$PORT"
    for generation in 1 2 3; do
        grace_wait 20 settled "$PID" "$generation" || dump_log
        is_alone "$(main_of "$generation")" || fail "generation $generation"
        ((generation == 3)) || kill -HUP "$PID"
    done
}

@test "what a script has started meets nobody else in its group, and does not lead it" {
    # shellcheck disable=SC2016 # for the shells inside
    run "$LAUNCH" --setsid -- env LD_PRELOAD= sh -c 'LD_PRELOAD=$0 "$@"; echo "$?"' "$LIBGRACE" \
        "$PYTHON" -c 'import os, signal
print(os.getpgrp() == os.getpid(), flush=True)
os.kill(0, signal.SIGTERM)'
    # shellcheck disable=SC2154 # bats sets it
    [[ $output == False*143 ]] || fail "$output" # "Terminated" between them is the shell's
}
