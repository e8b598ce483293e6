# SPDX-License-Identifier: ISC
# GRACE_MODE=auto: side by side, until a lock that the old generation has is seen to forbid it.

load helper

setup() {
    LOCK=$BATS_TEST_TMPDIR/lock
}

start_locking() { # HOW [VARIABLE=VALUE...]
    local how=$1
    shift
    start_wrapped server "$@" "$PYTHON" "$ROOT/tests/servers/locking.py" "$how" "$PORT" "$LOCK"
}

# all_go_on_sequentially HOW...: such servers do.
all_go_on_sequentially() {
    local how
    for how; do
        PORT=$(grace_free_port) LOCK=$BATS_TEST_TMPDIR/$how
        start_locking "$how"
        goes_on_sequentially
    done
}

# goes_on_sequentially: two restarts, of which the first finds it out, lose nothing.
goes_on_sequentially() {
    local old
    old=$(server_pid "$PID")
    load_start "http://127.0.0.1:$PORT/"
    run -0 "$GRACE" restart "$PID"
    [[ $output == *"needs what generation 1 has locked ($LOCK, process $old): going on sequentially"* ]]
    [[ ${lines[-1]} == *'generation 3 ready'* ]]
    restart_and_wait "$PID"
    load_finish
    (($(grep -c "\[$PID\]: .* going on sequentially" "$LOG") == 1))
    log_lacks 'rolled back'
}

@test "a server that ends because its data are locked is restarted all the same" {
    all_go_on_sequentially flock fcntl bound
}

@test "so is one whose file must not be there, as long as the old generation has it open" {
    start_locking exclusive
    LOCK=$LOCK.own goes_on_sequentially
}

@test "so is one that sleeps until it gets the lock, or tries again and again" {
    all_go_on_sequentially waiting fcntl-waiting trying
}

# The command has no handler: TERM ends it, and the server, which has the lock as well, is left.
@test "and one that a command starts which has the lock, and dies of the stop signal itself" {
    # shellcheck disable=SC2153 # helper.bash has it
    start_wrapped server flock -n "$LOCK" "$SERVER" --listen "127.0.0.1:$PORT"
    goes_on_sequentially
    log_lacks 'did not stop'
}

@test "who serves without the lock is restarted side by side, and one that is broken rolled back" {
    start_locking leading
    touch "$LOCK.fail"
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *'generation 2 rolled back: exit status 1'* ]]
    rm "$LOCK.fail"
    restart_under_load 2 "http://127.0.0.1:$PORT/"
    log_lacks sequentially
}

# The one that it does not bind is awaited for longer than it takes to see that a lock is.
@test "nor is a version taken for one that waits for a lock if it serves and gives an address up" {
    local more
    more=$(grace_free_port)
    start_wrapped server GRACE_SETTLE=2500ms "$PYTHON" "$ROOT/tests/servers/locking.py" candidate "$PORT" "$LOCK" "$more"
    touch "$LOCK.less"
    run -0 "$GRACE" restart "$PID"
    [[ $output == *'generation 2 ready'* ]]
}

@test "workers that take turns at accept() by a lock of both generations are restarted side by side" {
    start_locking turns
    restart_under_load 2 "http://127.0.0.1:$PORT/"
    log_lacks 'sequentially|rolled back'
}

@test "where nobody gives the next one its turn, they go on sequentially when it is late" {
    start_locking turns GRACE_READY_TIMEOUT=2s GRACE_STOP_TIMEOUT=1s
    run -0 "$GRACE" restart "$PID"
    [[ ${lines[-1]} == *'generation 3 ready'* ]]
    log_has 'going on sequentially'
    answered
}

@test "with --mode overlap the new one is rolled back, and the log says why" {
    start_locking flock GRACE_MODE=overlap
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *"needs what generation 1 has locked ($LOCK, process "*'not with --mode overlap'* ]]
    log_has 'generation 2 rolled back: exit status 1'
    answered
}

@test "status says how generations follow each other, and why; so does a new supervisor" {
    local server
    start_locking flock GRACE_NAME=web
    [[ $(status "$PID") == *'"mode":"auto","sequential":false,"totals"'* ]]
    restart_and_wait "$PID"
    [[ $(status "$PID") == *"\"mode\":\"auto\",\"sequential\":true,\"why\":\"$LOCK, process "* ]]
    [[ $("$GRACE" status "$PID") == *"one after the other: $LOCK, process "* ]]
    server=$(server_pid "$PID")
    kill -KILL "$PID"
    grace_wait 10 gone "$PID"
    kill -HUP "$server"
    grace_wait 20 found_again
    grace_wait 10 settled "$PID" 4
    log_has 'generation 3 ends before the next one starts'
}
