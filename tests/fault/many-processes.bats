# SPDX-License-Identifier: ISC
# Nothing that the supervisor waits for is forgotten, however much there is of it.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/helper
load hostile

# restarts_with_client COUNT: each leaves a generation behind that has a client.
restarts_with_client() {
    local c i
    CLIENTS=()
    for ((i = 0; i < $1; i++)); do
        exec {c}<>"/dev/tcp/127.0.0.1/$PORT" || return
        CLIENTS+=("$c")
        echo ping >&"$c"
        read -r _ <&"$c" || fail 'no answer' || return
        "$GRACE" restart "$PID" >"$BATS_TEST_TMPDIR/restart" 2>&1 ||
            fail "$(<"$BATS_TEST_TMPDIR/restart")" || return
    done
}

# drain COUNT: so many do, and none has ended. The log tells: to count the connections of so many for
# a status takes a busy machine longer than who asks for it waits.
drain() {
    (($(grep -c 'generation [0-9]* draining$' "$LOG") == $1)) && ! log_has 'drained|retired'
}

@test "70 generations drain, and all go with their clients" {
    export GRACE_MAX_OLD=100 GRACE_DRAIN_TIMEOUT=none
    hostile_start
    restarts_with_client 70
    grace_wait 60 drain 70 || dump_log
    for c in "${CLIENTS[@]}"; do
        exec {c}>&-
    done
    grace_wait 60 settled "$PID" 71
    log_lacks 'rolled back|cut'
}

# A worker for each member, for a member is its worker's.
MEMBERS='import os, socket, sys, signal
for i in range(int(sys.argv[2])):
    if os.fork() == 0:
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind(("127.0.0.1", int(sys.argv[1])))
        s.listen()
        os.write(1, b"%d\n" % os.getpid())
        while True: s.accept()[0].close()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True: signal.pause()'

@test "the member of an SO_REUSEPORT group goes with its worker, though 130 others stay" {
    start_wrapped server "$PYTHON" -c "$MEMBERS" "$PORT" 131
    grace_wait 60 group_has 131
    for pid in $(grep -E '^[0-9]+$' "$LOG" | tail -n 3); do
        kill -KILL "$pid"
    done
    grace_wait 20 group_has 128
    "$GRACE" status "$PID"
}
