# SPDX-License-Identifier: ISC
# The supervisor waits for nobody: whatever a process of the server, a reader of its log or a client
# does, it answers, and restarts.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own; the helper sets SERVER
load ../bats/helper
load hostile

setup() {
    let_everybody_in
}

# lively: it answers, and restarts.
lively() {
    timeout 60 "$GRACE" status "$PID" >/dev/null || fail 'no status' || return
    timeout 60 "$GRACE" restart "$PID" || dump_log || return
    grace_wait 20 lone_generation "$PID"
}

@test "a doorbell that a worker has made blocking, and filled" {
    hostile_start
    ask bell-blocking
    ask fill-bell
    ask ring
    lively
    ask ping
}

@test "a worker that rings all the time" {
    hostile_start -w 2
    ask bell-blocking
    ask flood-bell
    lively
    ask ping
}

@test "syslog, where syslogd does not read" {
    start syslog "$PYTHON" -c 'import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
more = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
more.setblocking(False)
count = 0
try:
    while True: count += more.sendto(b"full", sys.argv[1]) // 4
except BlockingIOError: print("filled with", count, flush=True)
signal.sigwait({signal.SIGUSR1})
while True: print(log.recv(4096).decode(), flush=True)' "$BATS_TEST_TMPDIR/log.sock"
    grace_wait 20 log_has 'filled with'
    local syslogd=$PID
    start_syslogging
    lively
    LOG=$(log_of syslog)
    kill -USR1 "$syslogd"
    grace_wait 20 log_is_empty_now
    lively
    grace_wait 20 log_has "grace\[$PID\]: [0-9]+ lines of this log are lost: nobody has read it"
    grace_wait 20 log_has "grace\[$PID\]: generation 3 ready"
}

# log_is_empty_now: syslogd has read what was there, and nothing of grace was.
log_is_empty_now() {
    ! log_has 'grace\[.*generation 2 ready' &&
        (($(grep -c '^full' "$LOG") == $(sed -n 's/^filled with //p' "$LOG")))
}

@test "a pipe for the log that is full: what is lost is counted, and said" {
    local pipe=$BATS_TEST_TMPDIR/pipe reader
    mkfifo "$pipe"
    exec {reader}<>"$pipe"
    dd if=/dev/zero of="$pipe" oflag=nonblock bs=4096 count=1000 2>/dev/null || true
    launch /dev/null "$pipe" env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    PID=$LAUNCHED
    grace_wait 20 settled "$PID" 1
    lively
    dd if="$pipe" iflag=nonblock of=/dev/null 2>/dev/null || true
    lively
    dd if="$pipe" iflag=nonblock of="$BATS_TEST_TMPDIR/read" 2>/dev/null || true
    exec {reader}>&-
    LOG=$BATS_TEST_TMPDIR/read
    log_has "^grace\[$PID\]: [0-9]+ lines of this log are lost: nobody has read it"
    log_has '^grace.* generation 3 ready'
}

@test "a log that is a FIFO or a link is refused at the start" {
    local kind
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    ln -s "$BATS_TEST_TMPDIR/other" "$BATS_TEST_TMPDIR/link"
    for kind in fifo link; do
        run -125 timeout 20 env GRACE_LOG="$BATS_TEST_TMPDIR/$kind" LD_PRELOAD="$LIBGRACE" \
            "$SERVER" --listen 127.0.0.1:0
        [[ $output == "grace: GRACE_LOG=$BATS_TEST_TMPDIR/$kind: it is "*"; name a file"* ]] ||
            fail "$output" || return
    done
    [[ ! -e $BATS_TEST_TMPDIR/other ]]
}

@test "20 requests for a listener whose answers nobody reads" {
    hostile_start
    ask adopt-full 20
    lively
    ask ping
}

@test "a worker that writes notes without end: they are counted, the others are heard" {
    local begun most
    hostile_start -w 2
    uptime_ms
    begun=$UPTIME_MS
    ask flood-notes
    lively
    ask ping
    uptime_ms
    most=$((20 * ((UPTIME_MS - begun) / 10000 + 2))) # in 10 s, and as many before
    (($(grep -c 'process [0-9]*: flood' "$LOG") <= most)) || fail "$(wc -l "$LOG")"
    grace_wait 30 log_has 'generation 1: [0-9]+ more such lines'
}

@test "an empty message, and those of any other size, close nothing" {
    hostile_start
    local size
    for size in 0 1 4 8 100 216; do
        ask send-bytes "$size"
    done
    ask note still-heard
    grace_wait 20 log_has 'process [0-9]+: still-heard'
    lively
}

# clients COUNT TEXT: they say it, and read nothing. At its end they are there.
clients() {
    rm -f "$(log_of clients)" # of those before
    start_beside clients "$PYTHON" -c 'import signal, socket, sys
keep = []
for i in range(int(sys.argv[2])):
    s = socket.socket(socket.AF_UNIX)
    s.connect(sys.argv[1])
    try: s.send(sys.argv[3].encode())
    except BrokenPipeError: pass
    keep.append(s)
print("connected", flush=True)
signal.pause()' "$GRACE_RUNTIME_DIR/$PID.sock" "$@"
    grace_wait 60 grep -q connected "$(log_of clients)"
}

# answers_at_once: clients that do not read cost it no second each.
answers_at_once() {
    timeout 10 "$GRACE" status "$PID" >/dev/null || fail 'no status'
}

@test "clients that ask for the status and do not read it" {
    local long
    printf -v long '%0100000d' 0
    start_server --body "$long" --body "$long" \
        --body "$long" --body "$long"
    clients 15 $'status\n'
    answers_at_once
    lively
    (($(status "$PID" | wc -c) > 400000))
}

@test "clients that say nothing, or half a request, keep nobody out" {
    local text
    hostile_start
    for text in '' stat; do
        clients 1000 "$text"
        lively
        fewer_descriptors_than 40
    done
}

fewer_descriptors_than() {
    (($(fds_of "$PID" | wc -l) < $1)) || fail "$(fds_of "$PID")"
}

# pidfile_of_user: GRACE_PIDFILE in a directory of the worker's user.
pidfile_of_user() {
    DIR=$BATS_TEST_TMPDIR/dir
    mkdir "$DIR"
    chown 65534 "$DIR"
    export GRACE_PIDFILE=$DIR/server.pid
}

# lively_after_two: restarts; it has seen the end of the generation before, too.
lively_after_two() {
    restart_times 2
    lively
}

@test "a FIFO where the pid file should be" {
    pidfile_of_user
    mkfifo "$GRACE_PIDFILE"
    hostile_start
    lively_after_two
    [[ -p $GRACE_PIDFILE ]]
    log_has "pid file $GRACE_PIDFILE is no regular file, it is left where it is"
}

@test "a link where the pid file should be" {
    pidfile_of_user
    echo 1 >"$BATS_TEST_TMPDIR/precious"
    ln -s "$BATS_TEST_TMPDIR/precious" "$GRACE_PIDFILE"
    hostile_start
    lively_after_two
    [[ -L $GRACE_PIDFILE && $(<"$BATS_TEST_TMPDIR/precious") == 1 ]]
    log_has "pid file $GRACE_PIDFILE is no regular file, it is left where it is"
}

@test "a link of the user's on the way to the pid file leads nowhere" {
    pidfile_of_user
    mkdir "$BATS_TEST_TMPDIR/precious"
    echo 1 >"$BATS_TEST_TMPDIR/precious/server.pid"
    ln -s "$BATS_TEST_TMPDIR/precious" "$DIR/sub"
    GRACE_PIDFILE=$DIR/sub/server.pid
    hostile_start
    lively_after_two
    [[ $(<"$BATS_TEST_TMPDIR/precious/server.pid") == 1 ]]
    log_has "pid file $GRACE_PIDFILE can't step aside: it is a symbolic link"
    log_lacks 'did not write'
}

@test "a pid file that can't step aside is not said to" {
    pidfile_of_user
    echo 1 >"$GRACE_PIDFILE"
    mkdir -p "$GRACE_PIDFILE.grace/full"
    hostile_start
    lively_after_two
    log_has "pid file $GRACE_PIDFILE: rename of server.pid to server.pid.grace: Is a directory"
    log_lacks 'steps aside'
    [[ $(<"$GRACE_PIDFILE") == 1 ]]
}

@test "a program that its owner does not let be opened delays its own start alone" {
    local lease mode
    lease=$(log_of lease)
    install_app
    chown 65534 "$APP"
    for mode in overlap sequential; do
        GRACE_MODE=$mode start_wrapped "$mode" "$APP"
        rm -f "$lease" # of the mode before
        # the kernel lets who opens it wait for 45 seconds
        start_beside lease setpriv --reuid=65534 --clear-groups "$PYTHON" -c 'import fcntl, os, signal, sys
signal.signal(signal.SIGIO, lambda *unused: print("asked for", flush=True))
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("leased", flush=True)
while True: signal.pause()' "$APP"
        grace_wait 10 grep -q leased "$lease"
        hup_until 20 grep -q 'asked for' "$lease"
        answers_at_once
        kill "$LAUNCHED"
        grace_wait 20 settled "$PID" 2
        "$GRACE" stop "$PID"
    done
}
