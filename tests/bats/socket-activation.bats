# SPDX-License-Identifier: ISC
# Listeners that the server is given by whoever starts it: systemd's LISTEN_FDS, inetd's wait mode.

load helper

setup() {
    echo v1 >"$BODY"
}

# start_inheriting WAIT [OPTION]
start_inheriting() {
    start_activated "${@:2}" "$PORT" "$PYTHON" "$ROOT/tests/servers/inherited.py" "$1" "$BODY"
}

# five_more_versions: the server is restarted to each, under load.
five_more_versions() {
    local i
    load_start "http://127.0.0.1:$PORT/"
    for i in 2 3 4 5 6; do
        echo "v$i" >"$BODY"
        restart_and_wait "$PID"
    done
    load_finish
}

@test "a blocking server on an inherited socket is restarted without a failed request" {
    start_inheriting blocking
    five_more_versions
    [[ $(curl -s "127.0.0.1:$PORT") == "v6 mine" ]]
}

@test "a polling server on an inherited socket, too" {
    start_inheriting polling
    five_more_versions
    [[ $(curl -s "127.0.0.1:$PORT") == "v6 mine" ]]
}

@test "the inherited socket is adopted at once, not after the settling time" {
    export GRACE_SETTLE=30s
    start_inheriting blocking --no-variables
    restart_and_wait "$PID"
    log_has 'generation 2 ready in .* \(1 listener\)'
    log_lacks 'queue is emptied'
    (($(ready_ms 2) < 15000))
}

@test "a service manager that has stopped it starts it again on a socket that still works" {
    start manager env ACTIVATED_PRELOAD="$LIBGRACE" "$PYTHON" "$ROOT/tests/tools/activate.py" \
        --again "$PORT" "$PYTHON" "$ROOT/tests/servers/inherited.py" polling "$BODY"
    grace_wait 20 answered
    load_start "http://127.0.0.1:$PORT/"
    for i in 2 3 4; do
        echo "v$i" >"$BODY"
        found_in_background
        "$GRACE" stop --drain "$PID"
        grace_wait 20 answers_with "v$i mine"
    done
    load_finish
}

@test "workers that are executed to listen on what their parent has bound have one listener" {
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/spawning.py" "$PORT" "$BODY"
    five_more_versions
    [[ $(curl -s "127.0.0.1:$PORT") == v6 ]]
    [[ $(status "$PID" | grep -o '"address"' | wc -l) == 1 ]]
    log_lacks 'queue is emptied'
}
