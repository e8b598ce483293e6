# SPDX-License-Identifier: ISC
# Servers that lock their pid file: each generation counts as having the lock, and takes it when the one
# before has ended.

load helper

setup() {
    PIDFILE=$BATS_TEST_TMPDIR/server.pid
}

pidfiled() { # MODE PORT
    "$PYTHON" "$ROOT/tests/servers/pidfiled.py" "$1" "$2" "$PIDFILE"
}

start_pidfiled() { # MODE [VARIABLE=VALUE...]
    start_wrapped server "${@:2}" "$PYTHON" "$ROOT/tests/servers/pidfiled.py" "$1" "$PORT" "$PIDFILE"
}

# The file names the process that answers.
names_the_server() {
    [[ $(curl -s "127.0.0.1:$PORT") == "$(<"$PIDFILE")" ]]
}

# Of an open file the kernel names whoever asked for it, or nobody.
has_the_lock() { # [PID]
    grep -qE "WRITE ${1:--1|$(<"$PIDFILE")} [^ ]*:$(stat -c %i "$PIDFILE") 0 EOF" /proc/locks
}

# restarts_and_has_it MODE
restarts_and_has_it() {
    start_pidfiled "$1" GRACE_MODE=overlap
    restart_under_load 2 "http://127.0.0.1:$PORT/"
    names_the_server
    grace_wait 5 has_the_lock
    log_has 'generation 2 looked for process [0-9]+ of an older one'
}

@test "by flock(): another server, and one without grace, are refused" {
    restarts_and_has_it lock
    run pidfiled lock "$(grace_free_port)"
    [[ $status -eq 1 && $output == 'refused: locked' ]]
    names_the_server
}

@test "by fcntl()" {
    restarts_and_has_it lockf
}

@test "by the lock of an open file" {
    restarts_and_has_it ofd
}

@test "a server that asks who has the lock hears of nobody" {
    restarts_and_has_it asked
}

@test "a server that empties the file between two locks gets both" {
    restarts_and_has_it reopened
}

@test "one that empties it before gets it, too" {
    restarts_and_has_it emptied
}

@test "a server that waits for the lock does not wait" {
    restarts_and_has_it waits
}

@test "nor one that waits in fcntl()" {
    restarts_and_has_it waitsf
}

@test "a file that is empty is no pid file: its lock is refused" {
    start_pidfiled data GRACE_MODE=overlap
    hup_until 10 log_has 'refused: locked'
    grace_wait 10 log_has 'generation 2 rolled back: exit status 1'
}

# The new version writes its number, and has no chance to take it back.
fails_and_names_the_old() { # MODE
    local gate=$BATS_TEST_TMPDIR/gate
    touch "$gate"
    start_pidfiled "$1" "GRACE_READY=exec=test -e $gate" GRACE_READY_TIMEOUT=1500ms GRACE_MODE=overlap
    rm "$gate"
    hup_until 20 rolled_back "$PID" 1
    grace_wait 10 names_the_server
    has_the_lock "$(<"$PIDFILE")"
    log_lacks 'may name generation'
    touch "$gate"
    restart_and_wait "$PID"
    names_the_server
    grace_wait 5 has_the_lock
}

@test "when the new version is killed the file names the old one again, which has the lock still" {
    fails_and_names_the_old lock
}

@test "also where it is a lock of the process" {
    fails_and_names_the_old lockf
}

@test "the lock goes from one to the next, also where a killed supervisor was replaced" {
    local first
    start_pidfiled lockf GRACE_MODE=overlap GRACE_NAME=web GRACE_KEEPALIVE=off
    first=$(<"$PIDFILE")
    preconnect
    grace_wait 10 connections_are 1
    hup_until 10 log_has 'generation 1 accepts no more'
    has_the_lock "$first"
    kill_supervisor
    kill -HUP "$(<"$PIDFILE")"
    grace_wait 20 log_has 'generation 3 ready'
    grace_wait 10 found_again
    has_the_lock "$first"
    drop 0
    grace_wait 20 has_the_lock "$(<"$PIDFILE")"
    names_the_server
}
