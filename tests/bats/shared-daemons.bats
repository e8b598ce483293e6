# SPDX-License-Identifier: ISC
# A service of the machine that the server only starts, and its other clients, do not notice restarts.
load helper

NAMES=$(grace_free_port)
NAMES_PATH=$BATS_TEST_TMPDIR/names.sock

# names: those that have one.
names() {
    local names
    exec {SOCKET}<>"/dev/tcp/127.0.0.1/$NAMES" || return
    echo '?' >&"$SOCKET"
    read -r names <&"$SOCKET"
    exec {SOCKET}>&-
    echo "$names"
}

names_are() {
    [[ $(names) == "$1" ]]
}

# listens_at SS-OPTION...: the process that listens there besides the supervisor.
listens_at() {
    ss -lnpH "$@" | grep -oE 'pid=[0-9]+' | tr -dc '0-9\n' | grep -vxm 1 "$PID"
}

# service: the process of the name service.
service() {
    listens_at -t "sport = :$NAMES"
}

# agent: the process at $NAMES_PATH.
agent() {
    listens_at -x "src = unix:$NAMES_PATH"
}

# another_service: not that of start_named any more.
another_service() {
    [[ $(service) != "$SERVICE" ]]
}

# note_agent: sets AGENT, which nobody else ends.
note_agent() {
    AGENT=$(agent)
}

# register NAME: by a client that belongs to nobody, and stays.
register() {
    local answer
    exec {REGISTERED}<>"/dev/tcp/127.0.0.1/$NAMES"
    echo "$1" >&"$REGISTERED"
    read -r answer <&"$REGISTERED"
    [[ $answer == ok ]]
}

# start_named [VIA]: a server that is there by its name, and so is another client; sets SERVICE.
start_named() {
    start_wrapped named "$PYTHON" "$ROOT/tests/servers/named.py" "$PORT" "$NAMES" "$NAMES_PATH" "$@"
    SERVICE=$(service)
    register other
    grace_wait 20 names_are "node-$(main_of 1) other"
}

stays_through_restarts() {
    restart_under_load 2 --rate 100 "http://127.0.0.1:$PORT/"
    grace_wait 20 names_are "node-$(main_of 3) other"
    [[ $(service) == "$SERVICE" ]]
    log_lacks 'deadline|cutting|not served'
}

@test "a name service stays while the server is restarted, and when it is stopped" {
    start_named
    stays_through_restarts
    kill -HUP "$SERVICE"
    stop_and_wait "$PID"
    log_lacks 'generation 4'
    grace_wait 20 names_are other
    [[ $(service) == "$SERVICE" ]]
}

@test "also one that the server is connected to by its path" {
    start_named path
    stays_through_restarts
}

@test "in sequential mode nobody waits for its clients" {
    export GRACE_MODE=sequential
    start_named
    stays_through_restarts
}

# The service listens before the server does, which makes it ready.
@test "a restart that is asked for at once waits until it is seen what was only started" {
    local go=$BATS_TEST_TMPDIR/go
    start_wrapped named "$PYTHON" "$ROOT/tests/servers/named.py" "$PORT" "$NAMES" "$NAMES_PATH" port "$go"
    SERVICE=$(service)
    kill -HUP "$PID"
    grace_wait 10 log_has 'restart waits a moment: it is not yet seen what the server has only started'
    touch "$go"
    grace_wait 30 settled "$PID" 2
    [[ $(service) == "$SERVICE" ]]
    log_lacks 'deadline|cutting|not served'
    requests -n 1 --expect 'version 1' "http://127.0.0.1:$PORT/"
}

# script LINE...: a start script.
script() {
    printf '%s\n' '#!/bin/sh' "$@" | put "$APP"
}

@test "an agent that a start script starts lives on" {
    script "eval \$(ssh-agent -a '$NAMES_PATH') >/dev/null" "exec '$SERVER' --listen 127.0.0.1:$PORT"
    start_wrapped script "$APP"
    note_agent
    restart_and_wait "$PID"
    stop_and_wait "$PID"
    [[ $(agent) == "$AGENT" ]]
}

@test "also one with the shim, whose path is private" {
    mkdir -m 700 "$BATS_TEST_TMPDIR/private"
    NAMES_PATH=$BATS_TEST_TMPDIR/private/sock
    script "$PYTHON '$ROOT/tests/servers/naming.py' 0 '$NAMES_PATH'" \
        "until [ -S '$NAMES_PATH' ]; do sleep 0.01; done" "exec '$SERVER' --listen 127.0.0.1:$PORT"
    start_wrapped script "$APP"
    note_agent
    restart_under_load 2 --rate 100 "http://127.0.0.1:$PORT/"
    stop_and_wait "$PID"
    [[ $(agent) == "$AGENT" ]]
}

# start_behind: a start script sends our server to the background at $NAMES and executes another on $PORT.
start_behind() {
    script "'$SERVER' --daemonize 2 --listen 127.0.0.1:$NAMES" "exec '$SERVER' --listen 127.0.0.1:$PORT"
    start_wrapped script "$APP"
    grace_wait 20 grep -q "tcp 127.0.0.1:$NAMES" <(status "$PID")
    SERVICE=$(service)
}

@test "a service that a start script sends to the background is restarted with the server, and ended" {
    start_behind
    restart_under_load 2 --rate 100 "http://127.0.0.1:$NAMES/"
    another_service
    kill "$PID"
    grace_wait 20 refuses "http://127.0.0.1:$NAMES/"
}

@test "with GRACE_CHILDREN=keep nothing is only started" {
    export GRACE_CHILDREN=keep
    start_named
    kill -HUP "$PID"
    grace_wait 20 drains 1
    grace_wait 20 another_service
}

@test "a new supervisor leaves it alone, too" {
    export GRACE_NAME=web
    start_named
    restart_and_wait "$PID"
    kill_supervisor
    kill -HUP "$(pgrep -f "named.py $PORT")"
    grace_wait 20 found_again
    grace_wait 20 settled "$PID" 3
    grace_wait 20 names_are "node-$(main_of 3) other"
    [[ $(service) == "$SERVICE" ]]
}
