# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # bats and its library set what isn't set here
# What a process manager other than systemd and grace promise together, whichever it is, in a
# machine of their own. Use: load managers
load "${BASH_SOURCE[0]%/*}/helper"
load "${BASH_SOURCE[0]%/*}/machine"

# Whose children, orphans, the kernel reaps.
setup_file() {
    machine_start /usr/bin/env --ignore-signal=CHLD sleep infinity
}

teardown_file() {
    machine_stop
}

setup() {
    PORT=8080
    machine_clients
}

# The manager, and all that it has started.
teardown() {
    inside kill -KILL -- -1 || true # nobody may be left
}

# start_inside NAME COMMAND...: as root of that machine.
start_inside() {
    export -f inside
    # shellcheck disable=SC2016 # for the shell inside
    start "$1" bash -c 'inside "$@"' bash "${@:2}"
}

# DAEMON serves, which is also the name that grace knows it by; in the machine, or by the function
# PLACE. MANAGER_pid is the process that the manager takes for the service, while it takes it for
# running, and MANAGER_stopping is true while it waits for its end.

is_up() {
    [[ $("${MANAGER}_pid") ]]
}

is_down() {
    ! is_up
}

# sees PID: it is up with this process.
sees() {
    [[ $("${MANAGER}_pid") == "$1" ]]
}

# replaced PID: it is up with another process.
replaced() {
    local pid
    pid=$("${MANAGER}_pid") && [[ $pid && $pid != "$1" ]]
}

# server_has TEXT: its status.
server_has() {
    "${PLACE:-inside}" grace status --json "$DAEMON" | grep -qF -- "$1"
}

# serves_version N
serves_version() {
    grace_wait 20 answers_with "version $1"
}

# restarts FROM TO COMMAND...: one version after the other under load; the manager sees one and the
# same process.
restarts() {
    local version main
    main=$("${MANAGER}_pid")
    load_start --expect '^version [0-9]+$' "http://127.0.0.1:$PORT/"
    for ((version = $1; version <= $2; version++)); do
        "${DAEMON}_version" "$version"
        "${PLACE:-inside}" "${@:3}"
        serves_version "$version"
    done
    load_finish
    grace_wait 20 sees "$main"
}

# refuses_broken VERSION COMMAND...: a restart by this command says that it has failed, and the
# version before goes on.
refuses_broken() {
    local main
    main=$("${MANAGER}_pid")
    echo broken >>"$MACHINE_ROOT$CONFIG"
    load_start --expect "^version $1\$" "http://127.0.0.1:$PORT/"
    run ! "${PLACE:-inside}" "${@:2}"
    load_finish
    server_has '"rolled_back":1,'
    grace_wait 20 sees "$main"
    "${DAEMON}_version" "$1"
}

# outlives_supervisor VERSION [COMMAND...]: that is killed, and the next one, which this command or
# the manager starts, takes the server over.
outlives_supervisor() {
    local main
    main=$("${MANAGER}_pid")
    load_start "http://127.0.0.1:$PORT/"
    inside kill -KILL "$main"
    (($# == 1)) || inside "${@:2}"
    grace_wait 20 replaced "$main"
    "${DAEMON}_version" "$1"
    grace_wait 20 inside grace restart "$DAEMON"
    load_finish
    serves_version "$1"
}

# comes_back VERSION: the server dies, and is started again (--respawn) before the manager knows.
comes_back() {
    local main
    main=$("${MANAGER}_pid")
    inside pkill -KILL -P "$main"
    grace_wait 20 server_has '"respawned":1}'
    answers_with "version $1"
    grace_wait 20 sees "$main"
}

# hold_client: a request of it has begun.
hold_client() {
    client_start client --clients half=1 --requests 1 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 10 server_has '"connections":1,'
}

# drains_at_stop COMMAND...: a client whose request has begun gets its answer; the command doesn't
# wait.
drains_at_stop() {
    hold_client
    inside "$@"
    grace_wait 20 server_has '"state":"draining"'
    "${MANAGER}_stopping"
    client_asks
    client_answered
    grace_wait 20 is_down
    grace_wait 20 is_unknown
}

# is_unknown: to grace.
is_unknown() {
    local rc=0
    inside grace status "$DAEMON" || rc=$?
    ((rc == 3))
}

# keeps_promises COMMAND...: which restarts.
keeps_promises() {
    serves_version 1
    restarts 2 3 grace restart "$DAEMON"
    restarts 4 4 "$@"
    refuses_broken 4 grace restart "$DAEMON"
    outlives_supervisor 5
    comes_back 5
}
