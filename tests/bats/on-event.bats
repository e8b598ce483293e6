# SPDX-License-Identifier: ISC
# GRACE_ON_EVENT: a command is told of each event, in order, and holds up nothing.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    COMMAND=$BATS_TEST_TMPDIR/command
    TOLD=$BATS_TEST_TMPDIR/told
    GO=$BATS_TEST_TMPDIR/go
    touch "$TOLD"
    export GRACE_ON_EVENT="$COMMAND" GRACE_SETTLE=300ms
    notes
}

# notes [SHELL-COMMAND...]: what the command does, a line each, and then it notes the event.
notes() {
    put "$COMMAND" <<<"#!/bin/bash
$(printf '%s\n' "$@")
echo \"\$GRACE_EVENT \$GRACE_GENERATION \$GRACE_REASON\" >>$TOLD"
}

# told_of EVENT GENERATION [REASON]: the last time.
told_of() {
    grep -q "^$1 $2 ${3-}" "$TOLD"
}

# told: all events so far but when the restart is over, which may be before or after a drain.
told() {
    grep -v '^succeeded' "$TOLD" | cut -d ' ' -f 1,2 | paste -sd ,
}

# hangs: with a child, until it is killed.
hangs() {
    notes 'sleep 1000 &' "echo \$\$ \$! >$TOLD.hangs.new" "mv $TOLD.hangs{.new,}" wait
}

is_hanging() {
    grace_wait 20 test -e "$TOLD.hangs"
    read -ra HANGING <"$TOLD.hangs"
}

@test "lighttpd's life, with a restart under load, in order and with what is known of each" {
    local conf=$BATS_TEST_TMPDIR/lighttpd.conf main noted=$BATS_TEST_TMPDIR/noted
    cat >"$conf" <<<"server.document-root = \"$BATS_TEST_TMPDIR\"
server.bind = \"127.0.0.1\"
server.port = $PORT
dir-listing.activate = \"enable\""
    notes "if [ \$GRACE_EVENT.\$GRACE_GENERATION = ready.2 ]; then" \
        "echo \"\$PWD \$GRACE_NAME \$GRACE_MAIN_PID \$GRACE_SUPERVISOR_PID \$((GRACE_TIME > 1700000000))\" >$noted" \
        "ls /proc/\$\$/fd >$noted.fds" "fi"
    cd "$BATS_TEST_TMPDIR"
    GRACE_NAME=web start_wrapped lighttpd lighttpd -D -f "$conf"
    restart_under_load 1 --rate 300 "http://127.0.0.1:$PORT/"
    main=$(server_pid "$PID")
    grace_wait 10 test -s "$noted.fds"
    [[ $(<"$noted") == "$BATS_TEST_TMPDIR web $main $PID 1" ]] || fail "$(<"$noted")"
    [[ $(paste -sd ' ' "$noted.fds") == '0 1 2 255' ]] || fail "$(<"$noted.fds")" # 255 is bash's own
    grace_wait 10 told_of retired 1
    stop_and_wait "$PID"
    [[ $(told) == started\ 1,ready\ 1,restarting\ 2,ready\ 2,draining\ 1,drained\ 1,retired\ 1,stopping\ 2,stopped\ 2 ]] ||
        fail "$(<"$TOLD")"
    told_of succeeded 2
}

@test "a version that is rolled back, and a crash, with the reasons; the status is the server's" {
    install_app
    start_wrapped app "$APP"
    put "$APP" <<<$'#!/bin/sh\nexit 3'
    run -1 "$GRACE" restart "$PID"
    kill -KILL "$(server_pid "$PID")"
    ends_with 137
    told_of rolled-back 2 'exit status 3 after'
    told_of crashed 1 'killed by signal 9 (Killed)'
}

@test "one that hangs delays no restart, is killed with what it has started, and the next one runs" {
    hangs
    start_server
    is_hanging
    [[ $(status "$PID") == *'"processes":1,'* ]]
    restarted
    notes
    grace_wait 30 log_has 'GRACE_ON_EVENT failed for started of generation 1: it took too long and was killed'
    grace_wait 10 all_ended "${HANGING[@]}"
    grace_wait 10 told_of retired 1
    [[ $(told) == 'ready 1,restarting 2,'* ]]
}

# The first signal after half a second may be an echo of the one that stopped the server.
ends_when_urged() {
    kill "$PID" 2>/dev/null
    ended "$PID"
}

@test "at the end those that are left still run; who wants it at once does not wait" {
    start_server
    grace_wait 10 told_of ready 1
    hangs
    kill "$PID"
    is_hanging
    grace_wait 9 ends_when_urged
    all_ended "${HANGING[@]}" || grace_wait 1 all_ended "${HANGING[@]}"
    log_has 'GRACE_ON_EVENT: the end does not wait for [12] events?'
}

@test "more events than may wait: what is lost is counted" {
    export GRACE_BEFORE_RESTART=false
    notes "until [ -e $GO ]; do sleep 0.01; done"
    start_server
    for _ in {1..80}; do
        "$GRACE" restart "$PID" >/dev/null 2>&1 || true
    done
    touch "$GO"
    grace_wait 20 log_has 'GRACE_ON_EVENT: [0-9]+ events are not told of: 64 waited already'
    grace_wait 20 eval "((\$(wc -l <'$TOLD') >= 60))"
    number_is vetoed 80
}

@test "one that fails is said so, and what it writes is where the log is" {
    local log=$BATS_TEST_TMPDIR/log
    export GRACE_LOG=$log
    notes 'echo words' 'echo more words >&2' 'exit 4'
    start_server
    grace_wait 10 grep -q 'GRACE_ON_EVENT failed for ready of generation 1: exit status 4$' "$log"
    grep -qx words "$log"
    grep -qx 'more words' "$log"
    log_lacks words
}

@test "a server that goes into the background, and its end" {
    start_background nginx -c "$(nginx_conf)"
    grace_wait 10 told_of ready 1
    kill -HUP "$PID"
    grace_wait 20 told_of retired 1
    stop_and_wait "$PID"
    [[ $(told) == *'ready 1,restarting 2,ready 2,draining 1,drained 1,retired 1,stopping 2'* ]] || fail "$(<"$TOLD")"
}

nginx_conf() {
    local conf=$BATS_TEST_TMPDIR/nginx.conf
    cat >"$conf" <<<"pid $BATS_TEST_TMPDIR/pid; error_log $BATS_TEST_TMPDIR/error.log;
events {} http { access_log off; server { listen 127.0.0.1:$PORT; return 200 ok; } }"
    echo "$conf"
}

@test "an old generation that drains when the server has ended, by a supervisor in the background" {
    start_server
    hold_one
    hup_until 20 drains 1
    kill "$PID"
    ends_with 143
    told_of stopped 2
    drop 0
    grace_wait 10 told_of drained 1
    grace_wait 10 told_of retired 1
}
