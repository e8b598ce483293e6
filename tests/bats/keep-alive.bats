# SPDX-License-Identifier: ISC
# GRACE_KEEPALIVE: what a client that keeps its connection sees while the old generation drains, and what
# is said of it. The streams themselves: keep-alive-streams.bats.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper
load status

bats_require_minimum_version 1.5.0

# start_lighttpd: packaged, wrapped, on $PORT.
start_lighttpd() {
    echo hello >"$BATS_TEST_TMPDIR/index.html"
    cat >"$BATS_TEST_TMPDIR/conf" <<END
server.bind = "127.0.0.1"
server.port = $PORT
server.document-root = "$BATS_TEST_TMPDIR"
index-file.names = ("index.html")
server.max-keep-alive-requests = 100000
server.max-keep-alive-idle = 600
END
    start_wrapped lighttpd lighttpd -D -f "$BATS_TEST_TMPDIR/conf"
}

setup() {
    PORT=$(grace_free_port)
}

# keep: one more connection, KEPT
keep() {
    exec {KEPT}<>"/dev/tcp/127.0.0.1/$PORT"
}

# asked [FD]: what the head of the answer says of the connection, or none; its body is read, too
asked() {
    local line said=none fd=${1:-$KEPT}
    printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&"$fd"
    while IFS= read -r -t 20 -u "$fd" line && [[ $line != $'\r' ]]; do
        [[ ${line,,} != connection:* ]] || said=${line%$'\r'}
    done
    [[ $line == $'\r' ]] || fail 'no whole head'
    IFS= read -r -t 20 -u "$fd" line || fail 'no body'
    [[ $line == hello ]] || fail "the body is $line"
    echo "$said"
}

drains() {
    [[ $(status "$PID") == *'"state":"draining"'* ]]
}

@test "the answers of a draining generation say close, and the log how many were told" {
    start_lighttpd
    keep
    [[ $(asked) == none ]]
    "$GRACE" restart "$PID"
    drains
    [[ $(asked) == 'Connection: close' ]]
    [[ $(status "$PID") == *'"told":1'* && $("$GRACE" status "$PID") == *', 1 told to close'* ]]
    exec {KEPT}>&-
    grace_wait 20 log_has 'generation 1 drained in [0-9]+ ms \(1 client told to close\)'
    [[ $(status "$PID") == *'"totals":{'*'"told":1,"handed_over":0,"cut":0,'* ]]
    keep
    [[ $(asked) == none ]]
}

@test "each of them does: a client that goes on is told again" {
    start_lighttpd
    keep
    [[ $(asked) == none ]]
    "$GRACE" restart "$PID"
    for _ in 1 2 3; do [[ $(asked) == 'Connection: close' ]]; done
    [[ $(status "$PID") == *'"told":1'* ]]
}

@test "off: nothing is said" {
    export GRACE_KEEPALIVE=off
    start_lighttpd
    keep
    "$GRACE" restart "$PID"
    [[ $(asked) == none && $(asked) == none ]]
    exec {KEPT}>&-
    grace_wait 20 log_has 'generation 1 drained in [0-9]+ ms$'
}

@test "three generations that drain: each tells its own clients" {
    local old=()
    start_lighttpd
    for _ in 1 2 3; do
        keep
        [[ $(asked) == none ]]
        old+=("$KEPT")
        "$GRACE" restart "$PID"
    done
    for fd in "${old[@]}"; do [[ $(asked "$fd") == 'Connection: close' ]]; done
    for fd in "${old[@]}"; do exec {fd}>&-; done
    for n in 1 2 3; do grace_wait 20 log_has "generation $n drained in [0-9]+ ms \\(1 client told"; done
}

@test "after a version that was rolled back the old one says nothing" {
    start_lighttpd
    keep
    [[ $(asked) == none ]]
    echo 'no such directive' >>"$BATS_TEST_TMPDIR/conf"
    run -1 "$GRACE" restart "$PID"
    [[ $(asked) == none ]]
}

@test "what is cut is named with the reason, in the log and for programs" {
    local quiet told half line
    export GRACE_MAX_OLD=1
    start_lighttpd
    keep && quiet=$KEPT
    [[ $(asked) == none ]]
    keep && told=$KEPT
    keep && half=$KEPT
    [[ $(asked "$told") == none ]]
    "$GRACE" restart "$PID"
    [[ $(asked "$told") == 'Connection: close' ]]
    printf '\x16\x03\x01\x02\x00\x01\x00' >&"$half"
    grace_wait 10 holding_says told
    grace_wait 10 holding_says quiet
    "$GRACE" restart "$PID" # now the second one drains
    grace_wait 20 log_has 'generation 1: makes room for younger ones, [23] connections cut'
    log_has 'generation 1: cutting connection of .*: nothing has come since the drain began'
    log_has 'generation 1: cutting connection of .*: the client was told to close it'
    grace_wait 10 cut_is_counted
    : "$quiet"
}

holding_says() {
    [[ $(status "$PID") == *'"holding":['*"\"state\":\"$1\""* ]]
}

cut_is_counted() {
    [[ $(status "$PID") =~ '"cut_by":{"quiet":1,"asked":0,"answered":0,"told":1' ]]
}

@test "after kill -9 of the supervisor the next one lets what it took over tell its clients" {
    local main
    start_lighttpd
    keep
    [[ $(asked) == none ]]
    main=$(main_of 1)
    kill_supervisor
    kill -HUP "$main"
    grace_wait 30 told_again
}

told_again() {
    [[ $(asked) == 'Connection: close' ]]
}
