# SPDX-License-Identifier: ISC
# The supervisor's own pid file: whoever follows it follows the one process that stays.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    export GRACE_SUPERVISOR_PIDFILE=$BATS_TEST_TMPDIR/supervisor.pid
}

names() {
    [[ $(<"$GRACE_SUPERVISOR_PIDFILE") == "$1" ]] || fail "not $1: $(<"$GRACE_SUPERVISOR_PIDFILE")"
}

is_locked() {
    ! flock --nonblock "$GRACE_SUPERVISOR_PIDFILE" true
}

# nothing_else: of what it was made from.
nothing_else() {
    [[ $(compgen -G "$BATS_TEST_TMPDIR/*supervisor*") == "$GRACE_SUPERVISOR_PIDFILE" &&
    -z $(compgen -G "$BATS_TEST_TMPDIR/.*supervisor*") ]]
}

@test "it names the supervisor through restarts, and goes with it" {
    start_server
    for _ in 1 2 3; do
        names "$PID"
        is_locked
        nothing_else
        restart_and_wait "$PID"
    done
    stop_and_wait "$PID"
    [[ ! -e $GRACE_SUPERVISOR_PIDFILE ]]
}

@test "of a daemon it names the one in the background, by the time that the caller goes on" {
    start background env LD_PRELOAD="$LIBGRACE" "$SERVER" --daemonize 1 --listen "127.0.0.1:$PORT"
    ends_with 0
    PID=$(<"$GRACE_SUPERVISOR_PIDFILE")
    grace_wait 10 settled "$PID" 1
    is_locked
    nothing_else
    restart_times 3
    names "$PID"
    stop_and_wait "$PID"
    [[ ! -e $GRACE_SUPERVISOR_PIDFILE ]]
}

@test "a second start is refused while the first one runs, in the background, too" {
    start_background "$SERVER" --daemonize 1 --listen "127.0.0.1:$PORT"
    run --separate-stderr env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$(grace_free_port)"
    [[ $status -eq 125 ]]
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == "grace: GRACE_SUPERVISOR_PIDFILE=$GRACE_SUPERVISOR_PIDFILE: process $PID has it locked: "* ]] ||
        fail "$stderr"
    names "$PID"
}

@test "of many that start at once one wins" {
    local i codes=()
    for i in {1..10}; do
        start_beside "server$i" "$GRACE" run -- "$SERVER" --listen "127.0.0.1:$PORT"
        codes+=("$LAUNCHED")
    done
    grace_wait 20 all_but_one_ended "${codes[@]}"
    names "$LEFT"
    is_locked
    nothing_else
    grace_wait 20 settled "$LEFT" 1
}

# all_but_one_ended PID...: sets LEFT to that one.
all_but_one_ended() {
    local pid left=()
    for pid; do
        ended "$pid" || left+=("$pid")
    done
    LEFT=${left[0]-}
    ((${#left[@]} == 1))
}

@test "what a killed one has left is no obstacle" {
    start_server
    kill -KILL "$PID" "$(server_pid "$PID")"
    grace_wait 10 ended "$PID"
    [[ -e $GRACE_SUPERVISOR_PIDFILE ]]
    start_server
    names "$PID"
    is_locked
}

@test "the next supervisor has it when the first one is killed" {
    local old main
    start_server
    old=$PID main=$(server_pid "$PID")
    kill -KILL "$PID"
    grace_wait 10 ended "$PID"
    kill -HUP "$main"
    grace_wait 20 is_another "$old"
    PID=$(<"$GRACE_SUPERVISOR_PIDFILE")
    grace_wait 20 settled "$PID" 2
    is_locked
}

is_another() {
    [[ $(<"$GRACE_SUPERVISOR_PIDFILE") != "$1" ]]
}

@test "a command that can't be executed leaves none" {
    run "$GRACE" run -- "$BATS_TEST_TMPDIR"
    [[ $status -eq 126 && ! -e $GRACE_SUPERVISOR_PIDFILE ]]
}

# refused TEXT: the start, with one line.
# shellcheck disable=SC2154 # bats sets it
refused() {
    run --separate-stderr "$GRACE" run -- /bin/sh -c 'echo started'
    [[ $status -eq 125 && $output == '' && ${#stderr_lines[@]} -eq 1 ]] || fail "$status: $stderr"
    [[ $stderr == "grace: GRACE_SUPERVISOR_PIDFILE=$GRACE_SUPERVISOR_PIDFILE: "*"$1"* ]] ||
        fail "$stderr"
}

@test "one that can't be there stops the start" {
    export GRACE_SUPERVISOR_PIDFILE=$BATS_TEST_TMPDIR/none/pid
    refused 'No such file or directory'
    mkdir "$BATS_TEST_TMPDIR/directory"
    GRACE_SUPERVISOR_PIDFILE=$BATS_TEST_TMPDIR/directory
    refused 'Is a directory'
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$BATS_TEST_TMPDIR/link"
    GRACE_SUPERVISOR_PIDFILE=$BATS_TEST_TMPDIR/link
    refused 'it is a symbolic link'
    [[ ! -e $BATS_TEST_TMPDIR/elsewhere ]]
    export GRACE_PIDFILE=$BATS_TEST_TMPDIR/server.pid
    GRACE_SUPERVISOR_PIDFILE=$GRACE_PIDFILE
    refused 'another file than that of the server'
}
