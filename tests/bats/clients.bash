# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Clients, all of them of grace probe. Loaded by helper.bash.

# requests [OPTION...] URL: so many, and it is over; fails if one did. A connection is new for each,
# unless an option says something else.
requests() {
    "$GRACE" probe --quiet --clients new=8 --timeout 30s "$@"
}

# refuses [OPTION...] URL: nobody listens there.
refuses() {
    [[ $(requests "$@" -n 1 2>&1) == *'the connection was refused'* ]]
}

# load_start [OPTION...] URL: clients that go on until load_finish; all have had an answer.
load_start() {
    grace_load_start --clients new=8 --timeout 30s "$@"
}

# load_finish: fails if a single request failed.
load_finish() {
    grace_load_stop && assert_no_client_noticed
}

# at_most KEY LIMIT: of the last load; it may have decimals.
at_most() {
    awk -v got="$(grace_load_value "$1")" -v limit="$2" 'BEGIN { exit got == "" || got + 0 > limit }' ||
        fail "$1 is $(grace_load_value "$1"), more than $2"
}

# versions_are VERSION...: these have answered to the last load, in this order.
versions_are() {
    local seen
    seen=$(grace_load_versions | sed 's/^[0-9]* //' | paste -sd ,)
    [[ $seen == "$(IFS=, && echo "$*")" ]] || fail "these have answered: $seen"
}

# answered: somebody answers on $PORT.
answered() {
    requests -c new=1 -n 20 "http://127.0.0.1:$PORT/" >/dev/null 2>&1
}

# answers_with BODY: whoever serves on $PORT.
answers_with() {
    requests -n 1 --expect "^$1\$" "http://127.0.0.1:$PORT/" >/dev/null 2>&1
}

# client_start NAME [OPTION...] URL: beside a load; one client, unless an option says something else.
# Sets CLIENT.
client_start() {
    start_beside "$1" "$GRACE" probe --quiet --duration none --clients new=1 --timeout 60s "${@:2}"
    CLIENT=$LAUNCHED
}

# client_ends [STATUS [CLIENT]]: it makes no further request, and has had all its answers.
client_ends() {
    kill -TERM "${2:-$CLIENT}"
    ends_with "${1:-0}" "${2:-$CLIENT}"
}

# holding_client KIND COUNT [OPTION...]: it has so many connections, which a server has accepted.
holding_client() {
    local on=$BATS_TEST_TMPDIR/holding
    rm -f "$on"
    client_start client --clients "$1=$2" --requests "$2" --hold none --ready-file "$on" "${@:3}"
    grace_wait 10 test -s "$on"
    grace_wait 10 accepted "$CLIENT" "$2"
}

# half_client COUNT [OPTION...]: each has sent half of a request, and the rest when client_asks.
half_client() {
    holding_client half "$1" "${@:2}" "http://127.0.0.1:$PORT/"
}

client_asks() {
    kill -TERM "$CLIENT"
}

# slow_client COUNT [OPTION...]: each has asked for /slow, and waits.
slow_client() {
    holding_client slow "$1" --slow-path /slow "${@:2}" "http://127.0.0.1:$PORT/"
    client_asks # they have; it is for the answer that they wait from here on
}

# client_answered: the last one has had all its answers.
client_answered() {
    wait "$CLIENT" || fail "$(<"$(log_of client)")"
}

# preconnect: one more connection to $PORT, which says nothing; its descriptor is the last of HELD.
preconnect() {
    local fd
    exec {fd}<>"/dev/tcp/127.0.0.1/$PORT"
    HELD+=("$fd")
}

# hold: the same, but the server has read a byte: nobody else can answer it any more.
hold() {
    preconnect
    printf G >&"${HELD[-1]}"
    grace_wait 10 is_read "${HELD[-1]}"
}

# is_read FD: all that was sent by this connection to $PORT was read.
is_read() {
    local own
    own=$(readlink "/proc/$BASHPID/fd/$1") && own=${own//[^0-9]/}
    own=$(ss -tneH state established "dport = :$PORT" |
        awk -v ino="ino:$own" 'index($0 " ", ino " ") { print $3 }')
    [[ -n $own ]] && ss -tnH state established "sport = :$PORT" | ipv4_of_mapped |
        awk -v end="$own" '$4 == end { found = 1; unread = $1 } END { exit !(found && unread == 0) }'
}

# hold_one: the generation that serves alone has accepted it.
hold_one() {
    hold
    grace_wait 10 connections_are 1
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
        (($(ss -tnpH state established "sport = :$PORT" | ipv4_of_mapped | grep pid= | grep -cwF -- "$ends") == $2))
}

# ipv4_of_mapped: standard input, with the IPv4 addresses that IPv6 sockets have as clients write them.
ipv4_of_mapped() {
    sed 's/\[::ffff:\([0-9.]*\)]/\1/g'
}
