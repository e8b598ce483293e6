# SPDX-License-Identifier: ISC
# The supervisor is killed, and the kernel denies a new one what it needs: one line says so, and the
# server serves on.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load recovery

@test "a server that has given up the rights of its supervisor says so and serves on" {
    start_wrapped server setpriv --reuid 65534 --regid 65534 --clear-groups "$SERVER" \
        --listen "127.0.0.1:$PORT"
    note_servers
    kill_supervisor
    kill -HUP "${PROCESSES[0]}"
    grace_wait 10 log_has "process ${PROCESSES[0]} lacks the rights of the supervisor"
    requests -n 20 "http://127.0.0.1:$PORT/"
    start server env LD_PRELOAD="$LIBGRACE" setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 20 settled "$PID" 2 || dump_log
    ends_all
}

# Its standard error is a pipe that nobody reads any more.
@test "saying so ends nobody" {
    mkfifo "$BATS_TEST_TMPDIR/unread"
    # shellcheck disable=SC2016 # for the shell inside
    start_settled server bash -c 'exec 3<>"$0" 2>"$0" 3>&- && exec "$@"' "$BATS_TEST_TMPDIR/unread" \
        env LD_PRELOAD="$LIBGRACE" setpriv --reuid 65534 --regid 65534 --clear-groups "$SERVER" \
        --listen "127.0.0.1:$PORT"
    note_servers
    kill_supervisor
    kill -HUP "${PROCESSES[0]}"
    requests -n 20 "http://127.0.0.1:$PORT/"
    kill -0 "${PROCESSES[0]}"
    kill "${PROCESSES[@]}"
}

@test "a log that can't be opened any more is said on standard error, and the server restarts" {
    local directory=$BATS_TEST_TMPDIR/logs
    mkdir "$directory"
    export GRACE_LOG=$directory/grace.log
    start_server
    meet_clients
    kill_supervisor
    rm -r "$directory"
    kill -HUP "${PROCESSES[0]}"
    recovered 2
    log_has "GRACE_LOG=$GRACE_LOG: No such file or directory; the log goes to standard error"
    load_finish
    ends_all
}

# start_walled COMMAND...: where no process may copy descriptors out of another.
start_walled() {
    start_confined --deny pidfd_getfd env LD_PRELOAD="$LIBGRACE" "$@"
}

serve_walled() {
    install_app "$@"
    start_walled "$APP"
    grace_wait 20 settled "$PID" 1 || dump_log
    meet_clients
}

@test "where descriptors can't be copied the new one inherits those of the main process" {
    serve_walled --model prefork
    kill_supervisor
    install_app --fail exit:3
    kill -HUP "${PROCESSES[1]}"
    grace_wait 20 found_again
    grace_wait 20 rolled_back "$PID" 1
    install_app --model prefork
    restart_times 2
    load_finish
    ends_all
    log_lacks "can't be taken over"
}

@test "where they can't, and it was started as a command, one line says so and nobody is refused" {
    serve_walled
    kill_supervisor
    start_walled "$APP"
    grace_wait 20 log_has "1 listener of generation 1 can't be taken over"
    grace_wait 20 log_has "no restart: process [0-9]+ could not hand over its listener \(port $PORT\)"
    grace_wait 10 settled "$PID" 1
    load_finish
    ends_all
}
