# SPDX-License-Identifier: ISC
# GRACE_RESPAWN: a server that dies by itself is started again, and clients wait meanwhile.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    GATE=$BATS_TEST_TMPDIR/gate
    export GRACE_RESPAWN=20/60s
}

# dies [GENERATION]: by a signal to its main process, the one that serves alone.
dies() {
    local main
    main=$(if (($#)); then main_of "$1"; else server_pid "$PID"; fi)
    kill -KILL "$main"
    grace_wait 10 gone "$main"
}

# nobody_was_refused: of the load; whom the dead one had accepted has lost his connection.
nobody_was_refused() {
    load_finish || true
    (($(grace_load_value refused) == 0 && $(grace_load_value failed) <= 8)) || dump_log
}

serving_pid() {
    curl -s "127.0.0.1:$PORT/pid" | sed 's/^pid \([0-9]*\) .*/\1/'
}

heard_last() {
    [[ $(tail -n 1 "$HEARD") == "$1" ]]
}

# start_gated: a server that fails when it is started without a gate.
start_gated() {
    touch "$GATE"
    put "$APP" <<<"#!/bin/sh
test -e '$GATE' || exit 3
exec '$SERVER' --listen 127.0.0.1:$PORT"
    start_wrapped app "$APP"
}

# pausing: it has died, and could not be started again so far.
pausing() {
    rm "$GATE"
    dies
    grace_wait 20 log_has 'failed: exit status 3 .*; starting again in 1000 ms, clients wait'
}

@test "who connects while a killed server starts again waits, and is answered" {
    install_app
    start_wrapped app "$APP"
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    install_app --start-ms 300
    dies
    grace_wait 20 settled "$PID" 2
    nobody_was_refused
    log_has 'generation 1 ended: killed by signal 9 \(Killed\); starting again in 0 ms, clients wait'
    number_is respawned 1
    run -0 "$GRACE" status "$PID"
    [[ $output == *'restarts  0 done, 0 rolled back, 1 after the server had died'* &&
        $output == *'ready: generation 2 ready in '*' ms; generation 1 ended: killed by signal 9 (Killed)' ]] ||
        fail "$output"
}

@test "nginx: the workers of a master that was killed end, and the next one serves" {
    local old conf=$BATS_TEST_TMPDIR/nginx.conf
    cat >"$conf" <<<"worker_processes 2; daemon off; pid $BATS_TEST_TMPDIR/pid; error_log stderr;
events {} http { access_log off; server { listen 127.0.0.1:$PORT; return 200 ok; } }"
    start_wrapped nginx nginx -c "$conf"
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    mapfile -t old < <(members_of 1)
    ((${#old[@]} == 3))
    dies
    grace_wait 20 settled "$PID" 2
    all_ended "${old[@]}"
    nobody_was_refused
    [[ $(<"$BATS_TEST_TMPDIR/pid") == "$(server_pid "$PID")" ]]
    log_has 'processes of generation 1 outlive its main process and are ended'
    restart_and_wait "$PID"
}

@test "all processes are killed, those that listen before their parent" {
    local old
    install_app --model prefork
    start_wrapped app "$APP"
    grace_wait 10 tree_has "$(server_pid "$PID")" 4
    mapfile -t old < <(members_of 1 | tac)
    kill -KILL "${old[@]}"
    grace_wait 10 all_ended "${old[@]}"
    requests -n 50 "http://127.0.0.1:$PORT/"
    grace_wait 10 settled "$PID" 2
}

# While two generations share a listener they take who is there before they say so.
@test "who waits is not lost with a start that fails when it has been told of him" {
    touch "$GATE"
    start_version <<END
a = listening($PORT)
if not os.path.exists("$GATE"):
    select.select([a], [], [])
    os._exit(3)
serve(a, body="served")
END
    rm "$GATE"
    dies
    client_start client -n 1 "http://127.0.0.1:$PORT/"
    grace_wait 10 log_has 'generation 3 (ended|failed): exit status 3'
    touch "$GATE"
    ends_with 0 "$LAUNCHED"
}

@test "it ends as it was told to: so does the supervisor" {
    start_noting TERM=exit:0
    kill "$(server_pid "$PID")"
    ends_with 0
    start_server
    kill "$(server_pid "$PID")"
    ends_with 143
    start_server
    kill "$PID"
    ends_with 143
    log_lacks 'starting again'
}

@test "it ends with a status other than 0: it is started again" {
    start_noting USR1=exit:3
    kill -USR1 "$(server_pid "$PID")"
    grace_wait 20 settled "$PID" 2
    log_has 'generation 1 ended: exit status 3; starting again'
}

@test "a first start that fails is not tried again" {
    start app env LD_PRELOAD="$LIBGRACE" /bin/sh -c 'echo once; exit 3'
    ends_with 3
    [[ $(<"$LOG") == once ]]
}

@test "after so many starts it ends as it does without" {
    export GRACE_RESPAWN=2/60s
    start_server
    dies
    grace_wait 20 settled "$PID" 2
    dies
    grace_wait 20 settled "$PID" 3
    dies
    ends_with 137
    log_has 'generation 2 ended: .*; starting again in 500 ms'
    log_has 'generation 3 ended: .*; not started again after 2 starts \(GRACE_RESPAWN=2/60s\): see'
    refuses "http://127.0.0.1:$PORT/"
}

@test "a restart asked for during a pause is the next start, at once" {
    start_gated
    pausing
    run -1 "$GRACE" restart "$PID"
    [[ $output == 'starting again at once'*'exit status 3'* ]] || fail "$output"
    touch "$GATE"
    hup_until 10 settled_beyond "$PID" 4
}

@test "a stop during a pause ends it, and who waits is refused" {
    start_gated
    pausing
    kill "$PID"
    ends_with 3
    refuses "http://127.0.0.1:$PORT/"
}

@test "Ctrl-C during a pause ends it" {
    export APP WRAP="env LD_PRELOAD=$LIBGRACE"
    touch "$GATE"
    put "$APP" <<<"#!/bin/sh
test -e '$GATE' || exit 3
rm '$GATE'
exec '$SERVER' --fail later:100 --listen 127.0.0.1:$PORT"
    "$LAUNCH" --stdin /dev/stdin -- "$PYTHON" "$ROOT/tests/tools/terminal.py" <<'END'
type $WRAP $APP
expect starting again in 1000 ms
key C
expect \$ $
type echo "it is $((1 + 1))"
expect it is 2
END
}

@test "it dies while the next generation starts: that takes its place" {
    install_app
    start_wrapped app "$APP"
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    install_app --start-ms 500
    start_beside restart "$GRACE" restart "$PID"
    grace_wait 10 log_has 'generation 2 starting'
    dies 1
    ends_with 0 "$LAUNCHED"
    nobody_was_refused
    settled "$PID" 2
    log_has 'generation 1 ended: .*; generation 2 is starting and takes its place, clients wait'
}

@test "an older generation finishes its connections meanwhile" {
    start_server --slow-until "$GATE"
    slow_client 1
    hup_until 10 drains 1
    grace_wait 10 serves 2
    dies 2
    grace_wait 10 serves 3
    drains 1
    touch "$GATE"
    client_answered
    grace_wait 10 settled "$PID" 3
}

@test "a listener that the server closes itself is gone at once" {
    local other
    other=$(grace_free_port)
    start_version <<END
a = listening($other)
def close():
    a.close()
    return "closed"
serve(listening($PORT), body=close)
END
    connects 127.0.0.1 "$other"
    answers closed 127.0.0.1 "$PORT"
    refuses "http://127.0.0.1:$other/"
}

@test "nor is one kept whose only process dies, when the server lives" {
    local other
    other=$(grace_free_port)
    start_version <<END
pid = os.fork()
if pid == 0:
    serve(listening($other), body="served")
serve(listening($PORT), body=lambda: str(pid))
END
    grace_wait 10 answers served 127.0.0.1 "$other"
    kill -KILL "$(body 127.0.0.1 "$PORT")"
    grace_wait 10 refuses "http://127.0.0.1:$other/"
    settled "$PID" 1
}

@test "a server that has gone to the background is not: how it has ended is not known" {
    export GRACE_LOG=$BATS_TEST_TMPDIR/grace.log
    start_background "$SERVER" --daemonize 2 --listen "127.0.0.1:$PORT"
    LOG=$GRACE_LOG
    kill -KILL "$(serving_pid)"
    grace_wait 10 gone "$PID"
    log_has 'generation 1 ended, how is not known, .* is not started again \(GRACE_RESPAWN\)'
}

@test "a new supervisor knows it, too" {
    export GRACE_NAME=web
    start_server
    kill_supervisor
    kill -HUP "$(serving_pid)"
    grace_wait 20 found_again
    grace_wait 20 settled "$PID" 2
    dies
    grace_wait 20 settled "$PID" 3
}

@test "the manager is told why, and that it serves again" {
    export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager.sock
    HEARD=$BATS_TEST_TMPDIR/heard
    start_beside manager "$PYTHON" "$ROOT/tests/tools/manager.py" "$NOTIFY_SOCKET" "$HEARD"
    grace_wait 10 test -S "$NOTIFY_SOCKET"
    start_server
    dies
    grace_wait 20 settled "$PID" 2
    grace_wait 10 heard_last "READY=1 STATUS=serving MAINPID=$PID"
    grep 'STATUS=the server has ended: killed by signal 9 (Killed)' "$HEARD"
}
