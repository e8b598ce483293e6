# SPDX-License-Identifier: ISC
# GRACE_BEFORE_RESTART: a command that can veto a restart, and holds up nothing else.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    COMMAND=$BATS_TEST_TMPDIR/command
    ASKED=$BATS_TEST_TMPDIR/asked
    export GRACE_BEFORE_RESTART="$COMMAND"
    answers 'exit 0'
}

# answers SHELL-COMMAND...: what the command does, a line each, after it has noted that it was asked.
answers() {
    put "$COMMAND" <<<"#!/bin/bash
echo \$GRACE_GENERATION >>$ASKED
$(printf '%s\n' "$@")"
}

# hangs: with a child, until it is killed; HANGING are the two.
hangs() {
    answers 'sleep 1000 &' "echo \$\$ \$! >$ASKED.hangs.new" "mv $ASKED.hangs{.new,}" wait
}

is_hanging() {
    grace_wait 10 test -e "$ASKED.hangs"
    read -ra HANGING <"$ASKED.hangs"
}

# waits COMMAND...: until there is $ASKED.go, then these.
waits() {
    answers "touch $ASKED.waits" "until [ -e $ASKED.go ]; do sleep 0.01; done" "$@"
}

asked_times() {
    touch "$ASKED"
    (($(wc -l <"$ASKED") == $1))
}

# vetoed_with REASON: grace restart says so, as do log and status, and nothing has changed.
vetoed_with() {
    run -1 "$GRACE" restart "$PID"
    [[ ${lines[-1]} == "grace: restart refused: $1" ]] || fail "$output"
    settled "$PID" 1
    log_has 'restart vetoed: .*; generation 1 goes on'
    [[ $(status "$PID") == *'"restarts":{"done":0,"rolled_back":0,"vetoed":1,'*'"event":"vetoed",'* ]] ||
        fail "$(status "$PID")"
}

@test "lighttpd restarts three times under load when it allows that, and knows what it is asked" {
    local conf=$BATS_TEST_TMPDIR/lighttpd.conf noted=$BATS_TEST_TMPDIR/noted main
    mkdir "$BATS_TEST_TMPDIR/www"
    echo hello >"$BATS_TEST_TMPDIR/www/index.html"
    cat >"$conf" <<<"server.document-root = \"$BATS_TEST_TMPDIR/www\"
server.bind = \"127.0.0.1\"
server.port = $PORT
index-file.names = (\"index.html\")"
    answers "lighttpd -tt -f $conf || exit" \
        "echo \"\$PWD \$GRACE_NAME \$GRACE_MAIN_PID \$GRACE_SUPERVISOR_PID \$GRACE_REASON\" >$noted" \
        "ls /proc/\$\$/fd >$noted.fds"
    cd "$BATS_TEST_TMPDIR/www"
    GRACE_NAME=web start_wrapped lighttpd lighttpd -D -f "$conf"
    main=$(server_pid "$PID")
    restarted
    [[ $(<"$noted") == "$BATS_TEST_TMPDIR/www web $main $PID grace restart" ]] || fail "$(<"$noted")"
    [[ $(paste -sd ' ' "$noted.fds") == '0 1 2 255' ]] || fail "$(<"$noted.fds")" # 255 is bash's own
    restart_under_load 2 --rate 300 "http://127.0.0.1:$PORT/"
    [[ $(paste -sd ' ' "$ASKED") == '2 3 4' ]]
    echo 'server.port = = 1' >>"$conf"
    run -1 "$GRACE" restart "$PID"
    [[ $output == *'parser failed somehow near here'* ]] || fail "$output"
    settled "$PID" 4
}

@test "a veto: the last words of the command are the reason, everywhere, and the next request is asked anew" {
    answers "printf 'the configuration\nis \033[1mbad\n\n' >&2" 'exit 3'
    start_server
    vetoed_with 'the configuration; is \\x1b[1mbad (exit status 3)'
    [[ $(status "$PID") == *'"reason":"the configuration; is \u001b[1mbad (exit status 3)"'* ]]
    run -0 "$GRACE" status "$PID"
    [[ $output == *'0 done, 0 rolled back, 1 vetoed'* ]] || fail "$output"
    answers 'exit 0'
    restarted
    number_is generation 2
    [[ $(paste -sd ' ' "$ASKED") == '2 2' ]]
}

@test "a veto without a word, and one with more than anybody reads" {
    answers 'exit 7'
    start_server
    vetoed_with 'exit status 7'
    answers 'head -c 3000000 /dev/zero | tr "\0" x >&2' 'echo >&2' 'echo "at last" >&2' 'exit 1'
    run -1 "$GRACE" restart "$PID"
    [[ ${lines[-1]} == 'grace: restart refused: at last (exit status 1)' ]] || fail "$output"
    answers 'head -c 3000000 /dev/zero | tr "\0" x >&2' 'exit 1'
    run -1 "$GRACE" restart "$PID"
    [[ ${lines[-1]} == 'grace: restart refused: xxx'*'xxx (exit status 1)' ]] || fail "$output"
    ((${#lines[-1]} < 300))
}

@test "a command that hangs is killed with what it has started, and nobody waits for it" {
    export GRACE_READY_TIMEOUT=1s
    hangs
    start_server
    vetoed_with 'it took too long and was killed'
    is_hanging
    grace_wait 10 all_ended "${HANGING[@]}"
    answers 'exit 0'
    restarted
}

@test "while it hangs the server serves and status answers; a stop ends it at once" {
    hangs
    start_server
    kill -HUP "$PID"
    is_hanging
    [[ $(status "$PID") == *'"state":"restarting"'* ]]
    requests -n 50 "http://127.0.0.1:$PORT/"
    stop_and_wait "$PID"
    grace_wait 10 all_ended "${HANGING[@]}"
    log_lacks 'generation 2'
}

@test "a stop that drains ends it, too, and who waits for the restart is told" {
    hangs
    start_server
    start_beside restart "$GRACE" restart "$PID"
    is_hanging
    "$GRACE" stop --drain "$PID"
    ends_with 1 "$LAUNCHED"
    grace_wait 10 all_ended "${HANGING[@]}"
}

@test "requests meanwhile are one more restart, asked for once more" {
    waits 'exit 0'
    start_server
    kill -HUP "$PID"
    grace_wait 10 test -e "$ASKED.waits"
    for _ in 1 2 3; do
        kill -HUP "$PID"
        "$GRACE" status "$PID" # it has been read
    done
    touch "$ASKED.go"
    grace_wait 20 settled "$PID" 3
    log_has 'one more will follow'
    [[ $(paste -sd ' ' "$ASKED") == '2 3' ]]
}

@test "who asks during a veto gets an answer of his own" {
    waits 'exit 1'
    start_server
    kill -HUP "$PID"
    grace_wait 10 test -e "$ASKED.waits"
    start_beside restart "$GRACE" restart "$PID"
    grace_wait 10 log_has 'one more will follow'
    answers 'exit 0'
    touch "$ASKED.go"
    ends_with 0 "$LAUNCHED"
    grace_wait 20 settled "$PID" 2
    number_is vetoed 1
}

@test "the service manager hears of a reload that is vetoed, and that it is over" {
    local heard=$BATS_TEST_TMPDIR/heard
    export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager.sock
    start manager "$PYTHON" "$ROOT/tests/tools/manager.py" "$NOTIFY_SOCKET" "$heard"
    grace_wait 10 test -S "$NOTIFY_SOCKET"
    answers 'exit 1'
    start_server
    hup_until 10 grep -q 'READY=1 STATUS=the last restart was vetoed' "$heard"
    answers 'exit 0'
    restart_and_wait "$PID"
    grace_wait 10 eval "((3 == \$(grep -c READY=1 '$heard')))"
    [[ $(grep -oE '(RELOADING|READY)=1' "$heard" | paste -sd ' ') == \
        'READY=1 RELOADING=1 READY=1 RELOADING=1 READY=1' ]]
}

@test "it is asked neither for the first start nor after a crash, which ends a question" {
    export GRACE_RESPAWN=on
    hangs
    start_server
    asked_times 0
    kill -HUP "$PID"
    is_hanging
    kill -KILL "$(server_pid "$PID")"
    grace_wait 20 settled "$PID" 2
    grace_wait 10 all_ended "${HANGING[@]}"
    asked_times 1
    answers 'exit 1'
    run -1 "$GRACE" restart "$PID"
    asked_times 2
}

@test "in sequential mode nothing has ended when it says no" {
    export GRACE_MODE=sequential
    answers 'exit 1'
    start_server
    vetoed_with 'exit status 1'
    answers 'exit 0'
    restarted
    [[ $(paste -sd ' ' "$ASKED") == '2 2' ]]
}

@test "a new supervisor asks, too" {
    start_server --model prefork
    answers 'exit 1'
    kill_supervisor
    kill -HUP "$(curl -s "127.0.0.1:$PORT/pid" | sed 's/^pid \([0-9]*\) .*/\1/')"
    grace_wait 20 log_has 'a new supervisor for generation 1'
    grace_wait 20 log_has 'restart vetoed: exit status 1; generation 1 goes on'
}
