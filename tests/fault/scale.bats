# SPDX-License-Identifier: ISC
# Many listeners: large SO_REUSEPORT groups, and listeners that come and go all the time.
load ../bats/helper

MANY=$BUILD/tests/servers/many

setup() {
    PORT=$(free_port)
    TRACE=$BATS_TEST_TMPDIR/trace
}

teardown() {
    stop_all
}

# members: "INODE" of each socket that listens on the port.
members() {
    ss -tlneH "sport = $PORT" | grep -o 'ino:[0-9]*' | sort
}

members_are() {
    (($(members | wc -l) == $1))
}

# traced CALLS COMMAND...: as start_wrapped, and each such system call of all processes in TRACE.
traced() {
    start traced strace -f -qq -e "trace=$1" -o "$TRACE" "$LIBGRACE" -- "${@:2}"
    wait_until 60 settled_below "$PID" 1 || dump_log
}

# settled_below STRACE GENERATION: the supervisor is a child of it; sets SUPERVISOR.
settled_below() {
    SUPERVISOR=$(pgrep -P "$1" -o) && settled "$SUPERVISOR" "$2"
}

@test "a group of 64 is bound and taken over without a look at other processes" {
    traced openat "$MANY" --group 64 --workers 4 "$PORT"
    wait_until 60 members_are 64
    kill -HUP "$SUPERVISOR"
    wait_until 60 settled "$SUPERVISOR" 2
    members_are 64
    # two generations: whether the first lives, and has drained
    (($(grep -c '"/proc", ' "$TRACE") <= 40)) || fail "$(grep -c '"/proc", ' "$TRACE") looks"
}

@test "a group of 256 in 16 workers: each member is taken over, and no request fails" {
    local before
    start_wrapped many "$MANY" --group 256 --workers 16 "$PORT"
    wait_until 20 members_are 256
    before=$(members)
    load_start -r 200 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    restart_and_wait "$PID"
    load_finish
    [[ $(members) == "$before" ]]
}
