# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A supervisor that is killed, and the new one that a signal or a start brings. Use: load recovery,
# which loads helper.
load "${BASH_SOURCE[0]%/*}/../bats/helper"

setup() {
    export GRACE_NAME=web GRACE_SETTLE=200ms
}

# serve [OPTION...]: our server under load; sets PROCESSES, its processes, the main one first.
serve() {
    start_server "$@"
    meet_clients
}

# serve_app [OPTION...]: the same, by a command whose next start install_app may change.
serve_app() {
    install_app "$@"
    start_wrapped app "$APP"
    meet_clients
}

meet_clients() {
    note_servers
    load_start --rate 200 "http://127.0.0.1:$PORT/"
}

# note_servers: sets PROCESSES, for the tests.
# shellcheck disable=SC2034
note_servers() {
    mapfile -t PROCESSES < <(members_of "$(generation_of "$PID")")
}

# start_again GENERATION [OPTION...]: our server is started once more, and that restarts it.
start_again() {
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" "${@:2}"
    grace_wait 20 settled "$PID" "$1" || dump_log
}

# recovered GENERATION: a new supervisor holds its listener, and no other generation is left.
recovered() {
    grace_wait 20 found_again && grace_wait 20 settled "$PID" "$1" || dump_log || return
    [[ $(status "$PID") == *"\"listeners\":[{\"address\":\"tcp 127.0.0.1:$PORT\""* ]]
}

# ends_all: a stop ends the server and the supervisor. Its workers, too: a master need not wait for
# them.
ends_all() {
    "$GRACE" stop web
    grace_wait 10 ended "$PID"
    grace_wait 10 nothing_is_left
}

nothing_is_left() {
    [[ -z $(ls "$GRACE_RUNTIME_DIR") ]] && refuses "http://127.0.0.1:$PORT/"
}
