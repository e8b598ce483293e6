# SPDX-License-Identifier: ISC
# Servers that want to be alone, by their pid file.

load helper

setup() {
    PIDFILE=$BATS_TEST_TMPDIR/server.pid
}

start_pidfiled() { # MODE [VARIABLE=VALUE...]
    local mode=$1
    shift
    start_wrapped server "$@" "$PYTHON" "$ROOT/tests/servers/pidfiled.py" "$mode" "$PORT" \
        "$PIDFILE"
}

# The file names the process that answers.
names_the_server() {
    [[ $(curl -s "127.0.0.1:$PORT") == "$(<"$PIDFILE")" ]]
}

# restarts_and_names_it: the file does, after each of five restarts under load.
restarts_and_names_it() {
    load_start "http://127.0.0.1:$PORT/"
    for _ in 1 2 3 4 5; do
        restart_and_wait "$PID"
        names_the_server
    done
    load_finish
}

@test "a file that names the living old generation is no reason not to start" {
    start_pidfiled alive
    restarts_and_names_it
    log_has 'generation 2 looked for process [0-9]+ of an older one'
}

@test "nor is its process group" {
    start_pidfiled group
    restarts_and_names_it
}

@test "outside a restart a second server still sees that the first is alive" {
    start_pidfiled alive
    run "$PYTHON" "$ROOT/tests/servers/pidfiled.py" alive "$(grace_free_port)" "$PIDFILE"
    [[ $status -eq 1 && $output == *"already running"* ]]
}

@test "a file that must be created counts as created" {
    start_pidfiled excl
    restarts_and_names_it
    run "$PYTHON" "$ROOT/tests/servers/pidfiled.py" excl "$(grace_free_port)" "$PIDFILE"
    [[ $status -eq 1 && $output == 'refused: file exists' ]]
}

@test "a file that says more than a number does not, nor one that names somebody else" {
    local text
    start_pidfiled none GRACE_MODE=overlap
    for text in "$(server_pid "$PID") and more" "      $(server_pid "$PID")" "$$"; do
        echo "$text" >"$PIDFILE.data"
        run "$PYTHON" "$ROOT/tests/servers/pidfiled.py" excl "$(grace_free_port)" "$PIDFILE.data"
        [[ $status -eq 1 && $(<"$PIDFILE.data") == "$text" ]]
    done
}

@test "a file steps aside with GRACE_PIDFILE" {
    start_pidfiled excl "GRACE_PIDFILE=$PIDFILE"
    restarts_and_names_it
    [[ ! -e $PIDFILE.grace ]]
    log_has "pid file $PIDFILE steps aside"
}

@test "when the new version is killed the file names the old one again" {
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_pidfiled excl "GRACE_READY=exec=test -e $gate" GRACE_READY_TIMEOUT=1500ms
    rm "$gate"
    hup_until 20 rolled_back "$PID" 1
    grace_wait 10 names_the_server
    log_lacks 'may name generation'
}

@test "one that a leaving generation empties is its successor's" {
    start_pidfiled empties
    restarts_and_names_it
    stop_and_wait "$PID"
    [[ ! -e $PIDFILE ]]
}

@test "a file that the old generation writes once more goes with it, and the new one writes it" {
    start_pidfiled keep "GRACE_PIDFILE=$PIDFILE" GRACE_STOP_SIGNAL=none
    grace_wait 5 names_the_server
    for _ in 1 2 3; do
        restart_and_wait "$PID"
        grace_wait 5 names_the_server
    done
    log_has 'names a process of generation 1 and is removed'
}

@test "after a rollback the file names the old generation again, and the next restart works" {
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_pidfiled excl "GRACE_PIDFILE=$PIDFILE" "GRACE_READY=exec=test -e $gate" \
        GRACE_READY_TIMEOUT=3s
    rm "$gate"
    hup_until 10 log_has 'generation 2 rolled back'
    grace_wait 10 names_the_server
    touch "$gate"
    grace_wait 10 settled "$PID" 1
    restart_and_wait "$PID"
    names_the_server
}

@test "a version that fails and removes the file gives it back to the old one" {
    start_pidfiled alive
    touch "$PIDFILE.fail"
    for _ in 1 2; do
        run "$GRACE" restart "$PID"
        [[ $status -eq 1 ]]
        names_the_server
    done
    rm "$PIDFILE.fail"
    restart_and_wait "$PID"
    names_the_server
    log_lacks 'may name generation'
    stop_and_wait "$PID"
    [[ ! -e $PIDFILE ]]
}

@test "so does one that ends in its probation" {
    start_pidfiled alive GRACE_PROBATION=20s
    hup_until 10 log_has 'generation 2 ready'
    kill "$(<"$PIDFILE")"
    grace_wait 10 rolled_back "$PID" 1
    grace_wait 10 settled "$PID" 1
    names_the_server
}

@test "where it is killed instead, the log says what becomes of the file" {
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_pidfiled alive "GRACE_READY=exec=test -e $gate" GRACE_READY_TIMEOUT=3s
    rm "$gate"
    hup_until 10 log_has 'pid file of process [0-9]+ may name generation 2 now: .*GRACE_PIDFILE'
}

application() {
    cat >"$BATS_TEST_TMPDIR/app.py" <<END
def wsgi(_, start):
    start("200 OK", [])
    return [b"$1"]
END
}

@test "gunicorn with an application that can't be imported keeps its pid file and UNIX path" {
    local dir=$BATS_TEST_TMPDIR old
    application one
    start_wrapped gunicorn gunicorn --chdir "$dir" --pid "$PIDFILE" --bind "unix:$dir/socket" \
        app:wsgi
    old=$(<"$PIDFILE")
    echo 'raise ImportError' >"$dir/app.py"
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $(<"$PIDFILE") == "$old" ]]
    [[ $(curl -s --unix-socket "$dir/socket" http://localhost/) == one ]]
    application two
    kill -HUP "$(<"$PIDFILE")"
    grace_wait 20 settled "$PID" 3
    [[ $(curl -s --unix-socket "$dir/socket" http://localhost/) == two ]]
    [[ $(<"$PIDFILE") == "$(server_pid "$PID")" ]]
}

@test "a generation that is told to stop leaves the file of its successor" {
    start_pidfiled alive
    restart_and_wait "$PID"
    names_the_server
    stop_and_wait "$PID"
    [[ ! -e $PIDFILE ]]
}

@test "a server that does not write the file keeps the one there was" {
    echo 1 >"$PIDFILE"
    start_pidfiled none "GRACE_PIDFILE=$PIDFILE" GRACE_STOP_SIGNAL=none
    restart_and_wait "$PID"
    log_has "did not write $PIDFILE"
    [[ $(<"$PIDFILE") == 1 ]]
}

@test "a relative GRACE_PIDFILE stops the start" {
    run env LD_PRELOAD="$LIBGRACE" GRACE_PIDFILE=server.pid true
    [[ $status -eq 125 && $output == *"GRACE_PIDFILE=server.pid: the value must be an absolute path"* ]]
}
