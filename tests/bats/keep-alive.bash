# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154 # what the other files set and use
# Clients that keep their connection through restarts of a daemon. Loaded by the files that try that,
# after ../daemons/checks.

CLIENTS=keep-alive=20,idle=200
RESTARTS=10

# The directory that descriptions of daemons write into.
keep_alive_setup() {
    DIR=$BATS_TEST_TMPDIR/site
    mkdir -m 755 "$DIR"
    let_everybody_in
}

# daemon NAME: configured as tests/daemons/NAME.daemon has it.
daemon() {
    DAEMON=$ROOT/tests/daemons/$1.daemon
    daemon_describe
    ! declare -F prepare >/dev/null || prepare
    configure 1
}

# settings FILE: standard input follows what the description says there.
settings() {
    cat >>"$DIR/$1"
}

# apache_keeps LINE...
apache_keeps() {
    printf '%s\n' 'KeepAliveTimeout 600' 'MaxKeepAliveRequests 0' "$@" | settings apache.conf
}

node_tells_clients() {
    daemon node-http
    daemon_command node "$ROOT/tests/servers/keep_alive_http.js" "$PORT" "$DIR/version" "$@"
    restarts_tell_clients
}

# restarts_tell_clients: of COMMAND, each under the load of CLIENTS.
restarts_tell_clients() {
    local i
    start_daemon "${COMMAND[@]}"
    load_start --clients "$CLIENTS" --hold 1s "${LOAD_OPTIONS[@]}"
    for ((i = 0; i < RESTARTS; i++)); do
        grace_wait 20 all_connected || dump_log
        restart_and_wait "$PID"
    done
    load_finish
    none_was_closed_untold
    each_drain_told_clients
}

# all_connected: each of CLIENTS, those that were told have come back.
all_connected() {
    local numbers=${CLIENTS//[a-z=-]/}
    (($(status_number "$PID" connections) == ${numbers/,/+}))
}

# none_was_closed_untold: in the last load no client found its connection closed between two requests.
none_was_closed_untold() {
    local closed
    closed=$(grep -oE '"closed_idle": *[0-9]+' "$BATS_TEST_TMPDIR/grace/load/json" | tr -dc '0-9\n' | paste -sd +)
    ((closed == 0)) || fail "connections closed without a word: $((closed))"
}

# each_drain_told_clients: and came to its end.
each_drain_told_clients() {
    local n
    for ((n = 1; n <= RESTARTS; n++)); do
        log_has "generation $n drained in [0-9]+ ms \([0-9]+ clients? told to close[,)]" || dump_log
    done
    log_lacks 'cut|deadline'
}
