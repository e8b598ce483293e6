# SPDX-License-Identifier: ISC
# The supervisor is killed in the middle of something: the new one ends what was begun, sees to its
# end what drains, and restarts.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load recovery

@test "killed while a generation starts: that one is ended, the one that serves is restarted" {
    local starting
    serve_app --model prefork
    install_app --start-ms 30000
    hup_until 10 log_has 'generation 2 starting'
    starting=$(main_of 2)
    kill_supervisor
    install_app --model prefork
    kill -HUP "${PROCESSES[1]}"
    recovered 3
    log_has 'generation 2 was not ready yet and is ended'
    grace_wait 10 ended "$starting" # its parent is who adopts orphans
    load_finish
    ends_all
}

@test "killed while one drains: it is seen to its end, and its client gets the answer" {
    serve_app --slow-until "$BATS_TEST_TMPDIR/finish"
    slow_client 1
    hup_until 10 draining_one_connection
    note_servers
    kill_supervisor
    kill -HUP "${PROCESSES[0]}"
    grace_wait 20 found_again
    grace_wait 20 log_has 'generation 3 ready'
    grace_wait 10 draining_one_connection
    touch "$BATS_TEST_TMPDIR/finish"
    client_answered
    recovered 3
    log_lacks "can't be taken over"
    load_finish
    ends_all
}

@test "sequential mode: killed while it serves, and while a generation ends, it restarts all the same" {
    export GRACE_MODE=sequential
    serve_app
    kill_supervisor
    kill -HUP "${PROCESSES[0]}"
    recovered 2
    log_has 'generation 1 ends before the next one starts, clients wait'
    load_finish
    note_servers
    hold # the generation waits for it
    grace_wait 10 connections_are 1
    hup_until 10 log_has 'generation 2 draining'
    grace_wait 10 supervisor_alone_listens
    kill_supervisor
    kill -HUP "${PROCESSES[0]}"
    grace_wait 20 found_again
    grace_wait 10 log_has 'generation 2 has given up 1 listener: clients are refused until'
    log_lacks "can't be taken over"
    drop 0
    grace_wait 20 settled_beyond "$PID" 2
    requests -n 20 "http://127.0.0.1:$PORT/"
    ends_all
}

supervisor_alone_listens() {
    [[ $(ss -tlnpH "sport = :$PORT" | grep -oE 'pid=[0-9]+' | sort -u) == "pid=$PID" ]]
}

@test "killed while the pid file is aside: it is put back, and steps aside again" {
    local file=$BATS_TEST_TMPDIR/server.pid gate=$BATS_TEST_TMPDIR/gate
    export GRACE_PIDFILE=$file GRACE_READY="exec=test -e $gate" GRACE_LOG_LEVEL=debug
    touch "$gate"
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/pidfiled.py" excl "$PORT" "$file"
    note_servers
    rm "$gate"
    hup_until 10 test -s "$file.grace" -a -s "$file"
    grace_wait 10 log_has 'generation 2 adopts' # before that it would end without a supervisor
    kill_supervisor
    touch "$gate"
    kill -HUP "${PROCESSES[0]}"
    recovered 3
    log_has 'generation 2 was not ready yet and is ended'
    names_who_answers
    [[ ! -e $file.grace ]]
    ends_all
}

names_who_answers() {
    [[ $(curl -s "127.0.0.1:$PORT") == "$(<"$BATS_TEST_TMPDIR/server.pid")" ]]
}
