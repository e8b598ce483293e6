# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Clients of the server on $PORT. Loaded by helper.bash.

# refuses HOST PORT, or what else says to load how to ask: nobody listens there.
refuses() {
    [[ $("$LOAD" -c 1 -n 1 "$@") == *$'\nrefused 1\n'* ]]
}

# load_begin [OPTION...] HOST PORT: load_start, for clients whose first answer has to wait.
load_begin() {
    rm -f "$BATS_TEST_TMPDIR/until"
    truncate -s 0 "$BATS_TEST_TMPDIR/load.out" "$BATS_TEST_TMPDIR/load.err"
    launch "$BATS_TEST_TMPDIR/load.out" "$BATS_TEST_TMPDIR/load.err" \
        "$LOAD" -c 8 -t 240 --until "$BATS_TEST_TMPDIR/until" "$@"
    LOAD_PID=$LAUNCHED
}

# load_start [OPTION...] HOST PORT: clients that go on until load_finish; returns after the first
# answer.
load_start() {
    load_begin "$@"
    wait_until 10 grep -q first_ms "$BATS_TEST_TMPDIR/load.out" ||
        { cat "$BATS_TEST_TMPDIR/load.err" >&2 && return 1; }
}

# load_finish: fails if a single request failed.
load_finish() {
    local rc=0
    touch "$BATS_TEST_TMPDIR/until"
    wait "$LOAD_PID" || rc=$?
    cat "$BATS_TEST_TMPDIR/load.out" "$BATS_TEST_TMPDIR/load.err" >&2
    return $rc
}

# load_value KEY: of the summary.
load_value() {
    sed -n "s/^$1 //p" "$BATS_TEST_TMPDIR/load.out"
}

# at_most KEY LIMIT: of the summary, which has decimals.
at_most() {
    awk -v got="$(load_value "$1")" -v limit="$2" 'BEGIN { exit got == "" || got + 0 > limit }' ||
        fail "$1 is $(load_value "$1"), more than $2"
}

# answers_match REGEX: some answer of the last load looks like this.
answers_match() {
    grep -Eq "^answer $1 [0-9]+\$" "$BATS_TEST_TMPDIR/load.out" ||
        fail "no answer looks like $1"
}

# answered: somebody answers on $PORT.
answered() {
    "$LOAD" -c 1 -n 20 127.0.0.1 "$PORT" >/dev/null 2>&1
}

# answers_with BODY: whoever serves on $PORT.
answers_with() {
    "$LOAD" -n 1 -c 1 --expect "^$1\$" 127.0.0.1 "$PORT" >/dev/null
}

# slow_client COUNT LOAD-OPTION...: it has so many connections, which a server has accepted, and
# their answers later: to "-p /slow", or when it has asked ("--pause FILE"). Sets CLIENT.
slow_client() {
    start_beside client "$LOAD" -c "$1" -n "$1" "${@:2}" 127.0.0.1 "$PORT"
    CLIENT=$LAUNCHED
    wait_until 10 accepted "$CLIENT" "$1"
}

# client_answered: the last slow_client has had all its answers.
client_answered() {
    wait "$CLIENT" || fail "$(<"$BATS_TEST_TMPDIR/client.log")"
}

# hold: one more connection to $PORT, which says nothing; its descriptor is the last of HELD.
hold() {
    local fd
    exec {fd}<>"/dev/tcp/127.0.0.1/$PORT"
    HELD+=("$fd")
}

# hold_one: the generation that serves alone has accepted it.
hold_one() {
    hold
    wait_until 10 connections_are 1
}

# drop N: the Nth held connection, from 0, is closed.
drop() {
    local fd=${HELD[$1]}
    exec {fd}>&-
}

# accepted CLIENT COUNT: so many connections of this process to $PORT have reached a server: no process
# has the other end of one that waits in the queue, which is anybody's.
accepted() {
    local ends
    ends=$(ss -tnpH state established "dport = :$PORT" |
        awk -v client="pid=$1," 'index($0, client) { print $3 }')
    [[ -n $ends ]] &&
        (($(ss -tnpH state established "sport = :$PORT" | grep pid= | grep -cwF -- "$ends") == $2))
}
