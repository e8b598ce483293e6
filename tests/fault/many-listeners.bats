# SPDX-License-Identifier: ISC
# Many listeners: large SO_REUSEPORT groups, and listeners that come and go all the time.
load ../bats/scripted

MANY=$BUILD/tests/servers/many

setup() {
    TRACE=$BATS_TEST_TMPDIR/trace
}

# traced CALLS COMMAND...: as start_wrapped, and each such system call of all processes in TRACE.
traced() {
    start traced strace -f -qq -e "trace=$1" -o "$TRACE" "$LIBGRACE" -- "${@:2}"
    grace_wait 60 settled_below "$PID" 1 || dump_log
}

# settled_below STRACE GENERATION: the supervisor is a child of it; sets SUPERVISOR.
settled_below() {
    SUPERVISOR=$(pgrep -P "$1" -o) && settled "$SUPERVISOR" "$2"
}

@test "a group of 64 is bound and taken over without a look at other processes" {
    traced openat "$MANY" --group 64 --workers 4 "$PORT"
    grace_wait 60 group_has 64
    kill -HUP "$SUPERVISOR"
    grace_wait 60 settled "$SUPERVISOR" 2
    group_has 64
    # two generations: whether the first lives, and has drained
    (($(grep -c '"/proc", ' "$TRACE") <= 40)) || fail "$(grep -c '"/proc", ' "$TRACE") looks"
}

@test "a group of 256 in 16 workers: each member is taken over, and no request fails" {
    local before
    start_wrapped many "$MANY" --group 256 --workers 16 "$PORT"
    grace_wait 20 group_has 256
    before=$(group_members)
    restart_under_load 2 --rate 200 "http://127.0.0.1:$PORT/"
    [[ $(group_members) == "$before" ]]
}

# cycles N: so many listeners are opened and closed, one after the other.
cycles() {
    [[ $(curl -sS -m 120 "127.0.0.1:$PORT/cycles/$1") =~ ^[0-9]+$ ]]
}

files_opened() {
    grep -c openat "$TRACE"
}

# looks_at_none [OPTION...]: not with each listener that is closed
looks_at_none() {
    local before
    traced openat "$MANY" "$@" "$PORT"
    cycles 1000
    before=$(files_opened)
    cycles 1000
    (($(files_opened) - before < 200)) || fail "$(($(files_opened) - before)) files"
}

@test "listeners that come and go on any port: nobody looks who has them" { looks_at_none; }
@test "listeners that come and go on some ports: nobody looks who has them" { looks_at_none --ports 20; }

@test "listeners that come and go are no matter of the supervisor: it may stand still" {
    start_wrapped many "$MANY" "$PORT"
    kill -STOP "$PID"
    cycles 3000
    kill -CONT "$PID"
    load_start --rate 200 "http://127.0.0.1:$PORT/"
    restart_and_wait "$PID"
    cycles 100
    restart_and_wait "$PID"
    load_finish
    log_lacks 'could not|too many'
}

# all_served COUNT: by the present generation.
all_served() {
    (($(ss -tlnpH "sport = $PORT" | grep -c "pid=$(server_pid "$PID"),") == $1))
}

@test "listen() waits for nobody, and what was not sent is handed over" {
    start many env LD_PRELOAD="$LIBGRACE" "$MANY" --addresses 600 --gate "$BATS_TEST_TMPDIR/gate" "$PORT"
    grace_wait 20 status "$PID"
    kill -STOP "$PID"
    touch "$BATS_TEST_TMPDIR/gate"
    grace_wait 30 log_has '^bound in'
    kill -CONT "$PID"
    grace_wait 30 settled "$PID" 1
    load_start --rate 200 "http://127.1.2.88:$PORT/"
    restart_and_wait "$PID"
    grace_wait 10 all_served 600
    restart_and_wait "$PID"
    load_finish
    grace_wait 10 all_served 600
    log_lacks 'not served|could not|too many'
}

@test "a server may open more listeners than are held at a time, one after the other" {
    version <<END
def transfers():
    for _ in range(400):
        with listening(0):
            pass
    return "done"
serve(listening($PORT), body=transfers)
END
    GRACE_SETTLE=200ms start_installed
    for _ in 1 2 3 4; do answers 'done' 127.0.0.1 "$PORT"; done
    log_lacks 'too many listeners'
    restart_and_wait "$PID"
    answers 'done' 127.0.0.1 "$PORT"
}

@test "a listener that stays is handed over, though others at its address came and went" {
    local other
    other=$(grace_free_port)
    version <<END
other = []
def open_other():
    other.append(listening($other))
    threading.Thread(target=accept_all, args=(other[0], answering("2")), daemon=True).start()
def transfers():
    for _ in range(20):
        with listening($other):
            pass
    open_other()
    return "done"
if os.path.exists("$BATS_TEST_TMPDIR/kept"):
    open_other()
serve(listening($PORT), body=transfers)
END
    GRACE_SETTLE=200ms start_installed
    answers 'done' 127.0.0.1 "$PORT"
    answers 2 127.0.0.1 "$other"
    touch "$BATS_TEST_TMPDIR/kept"
    restarts_lose_nothing "127.0.0.1 $other"
}
