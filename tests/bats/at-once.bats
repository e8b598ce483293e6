# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# --now: a stop or a restart that leaves the old one no time, and cuts what it has.
load helper

setup() {
    export GRACE_DRAIN_TIMEOUT=none GRACE_STOP_TIMEOUT=none
}

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# start_lighttpd: wrapped, on $PORT.
start_lighttpd() {
    mkdir -p "$BATS_TEST_TMPDIR/www"
    echo hello >"$BATS_TEST_TMPDIR/www/index.html"
    put "$BATS_TEST_TMPDIR/conf" <<<"server.document-root = \"$BATS_TEST_TMPDIR/www\"
server.bind = \"127.0.0.1\"
server.port = $PORT
server.max-read-idle = 600
index-file.names = ( \"index.html\" )"
    start_wrapped lighttpd lighttpd -D -f "$BATS_TEST_TMPDIR/conf"
}

# in_background WORD...: grace, with these; sets ASKED.
in_background() {
    start_beside asked "$GRACE" "$@"
    ASKED=$LAUNCHED
}

# cut_is GENERATION N: the log says that so many connections of it were, and names each.
cut_is() {
    log_has "generation $1: ends at once, as was asked, $2 connections? cut" || dump_log
    (($(grep -cE "generation $1: cutting connection of 127.0.0.1:[0-9]+, age [0-9]+ s, process" "$LOG") == $2)) ||
        dump_log
}

@test "stop --now kills the whole tree of a server that would take its time" {
    local tree
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
    grace_wait 10 tree_has "$PID" 5
    hold_one
    mapfile -t tree < <(tree_of "$PID")
    grace stop "$PID" --now
    [[ $status -eq 0 && -z $stderr ]] || fail "$output" "$stderr"
    grace_wait 10 all_ended "${tree[@]}"
    log_has 'stopped: killed by signal 9'
}

@test "stop --now ends a drain that is under way, and a stop" {
    start_server
    hold_one
    in_background stop "$PID" --drain
    grace_wait 10 log_has 'generation 1 draining'
    grace stop "$PID" --now
    [[ $status -eq 0 ]] || fail "$output" "$stderr"
    ends_with 0 "$ASKED"
    start_noting TERM=note
    in_background stop "$PID"
    grace_wait 10 log_has 'SIGTERM arrived'
    grace stop "$PID" --now
    [[ $status -eq 0 && $output == *'not to take its time'* ]] || fail "$output" "$stderr"
    ends_with 0 "$ASKED"
}

@test "restart --now cuts what lighttpd has, and names it, when the new one serves" {
    local round
    start_lighttpd
    for round in 1 2 3; do
        hold
        hold
        grace_wait 10 holds "$round" 2
        grace restart "$PID" --now
        [[ $status -eq 0 && -z $stderr ]] || fail "$output" "$stderr"
        answered
        grace_wait 20 settled "$PID" $((round + 1)) || dump_log
        cut_is "$round" 2
    done
    log_lacks 'did not stop'
}

@test "restart --now of a version that fails is rolled back, and nothing is cut" {
    install_app
    start_wrapped server "$APP"
    hold_one
    install_app --fail exit:5
    grace restart "$PID" --now
    [[ $status -eq 1 && $stderr == *'restart failed: exit status 5'* ]] || fail "$stderr"
    grace_wait 10 settled "$PID" 1
    holds 1 1
    log_lacks 'cut|draining'
    install_app
    grace restart "$PID" # the next one is as ever
    [[ $status -eq 0 ]]
    holds 1 1
}

@test "restart --now during a restart is the next one, which leaves nothing of either" {
    start_server --start-ms 500
    hold_one
    in_background restart "$PID"
    grace_wait 10 log_has 'generation 2 starting'
    grace restart "$PID" --now
    [[ $status -eq 0 && ${lines[*]} == *'one more will follow'* ]] || fail "$output" "$stderr"
    ends_with 0 "$ASKED"
    grace_wait 20 settled "$PID" 3 || dump_log
    cut_is 1 1
    [[ $(grep -oE 'generation (3 ready|1: ends at once)' "$LOG") == $'generation 3 ready\ngeneration 1: ends at once' ]] ||
        dump_log
}

@test "in sequential mode --now shortens the wait for the old one, also of a restart that waits already" {
    export GRACE_MODE=sequential
    start_server
    hold_one
    grace restart "$PID" --now
    [[ $status -eq 0 ]] || fail "$output" "$stderr"
    cut_is 1 1
    settled "$PID" 2
    hold_one
    in_background restart "$PID"
    grace_wait 10 log_has 'generation 2 draining'
    grace restart "$PID" --now
    [[ $status -eq 0 ]] || fail "$output" "$stderr"
    ends_with 0 "$ASKED"
    settled "$PID" 3
    cut_is 2 1
}

@test "restart --now stands a probation first" {
    export GRACE_PROBATION=1s
    start_server
    hold_one
    grace restart "$PID" --now
    [[ $status -eq 0 ]] || fail "$output" "$stderr"
    [[ $(grep -oE 'generation (2 ready|1 draining|1: ends)' "$LOG" | paste -sd ,) == \
        'generation 2 ready,generation 1 draining,generation 1: ends' ]] || dump_log
    grace_wait 20 settled "$PID" 2
}
