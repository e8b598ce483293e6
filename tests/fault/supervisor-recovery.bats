# SPDX-License-Identifier: ISC
# The supervisor is killed: a signal to the server, or the next start of it, brings a new one.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/helper
load hostile

setup() {
    PORT=$(free_port)
    export GRACE_NAME=web GRACE_SETTLE=200ms
}

# serve OPTION...: a server under load; sets PROCESSES, its processes, the main one first.
serve() {
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT" "$@"
    note_servers
    load_start -r 200 127.0.0.1 "$PORT"
}

note_servers() {
    local main
    main=$(server_pid "$PID")
    mapfile -t PROCESSES < <(echo "$main" && tree_of "$main" | sed "/^$main\$/d")
    STARTED+=("${PROCESSES[@]}")
}

# gone PID: and nobody sees a zombie, whose number stands for a process.
gone() {
    [[ ! -e /proc/$1 ]]
}

# orphan: the supervisor is killed.
orphan() {
    kill -KILL "$PID"
    wait_until 10 gone "$PID"
}

# recovered GENERATION: a new supervisor holds its listener, and no other generation is left.
recovered() {
    wait_until 20 found_again && wait_until 20 settled "$PID" "$1" || dump_log || return
    [[ $(status "$PID") == *"\"listeners\":[{\"address\":\"tcp 127.0.0.1:$PORT\""* ]]
}

# ends_all: a stop ends the server and the supervisor. Its workers, too: a master need not wait for
# them.
ends_all() {
    "$GRACE" stop web
    wait_until 10 ended "$PID"
    wait_until 10 nothing_is_left
}

nothing_is_left() {
    [[ -z $(ls "$GRACE_RUNTIME_DIR") ]] && refuses 127.0.0.1 "$PORT"
}

@test "SIGHUP to the main process brings a new one that restarts: no request fails" {
    local model
    for model in single threads prefork fork; do
        serve --model "$model"
        orphan
        kill -HUP "${PROCESSES[0]}"
        recovered 2
        log_has 'a new supervisor for generation 1: the one before was killed'
        restart_and_wait "$PID"
        load_finish
        ends_all
        rm "$LOG"
    done
}

# By way of the main process: it must not signal its parent itself.
@test "SIGHUP to a worker that has given up root brings a new one" {
    start_wrapped hostile "$BUILD/tests/servers/hostile" -w 2 "127.0.0.1:$PORT"
    note_servers
    orphan
    kill -HUP "${PROCESSES[1]}"
    recovered 2
    ask ping
    ends_all
}

@test "when the main process has gone, too, a worker that may brings one, and another says that it may not" {
    serve --model prefork
    orphan
    kill -KILL "${PROCESSES[0]}"
    wait_until 10 ended "${PROCESSES[0]}"
    kill -HUP "${PROCESSES[1]}"
    recovered 2
    load_finish
    ends_all
    rm "$LOG"
    start_wrapped hostile "$BUILD/tests/servers/hostile" -w 2 "127.0.0.1:$PORT"
    note_servers
    orphan
    kill -KILL "${PROCESSES[0]}"
    wait_until 10 ended "${PROCESSES[0]}"
    kill -HUP "${PROCESSES[1]}"
    wait_until 10 log_has "process ${PROCESSES[1]} lacks the rights of the supervisor"
    ask ping
}

@test "the next start of the same command takes the server over and restarts it" {
    serve --model prefork
    orphan
    run -3 "$GRACE" restart web
    [[ $output == *"process ${PROCESSES[0]} serves on without its supervisor"* ]]
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
    wait_until 20 settled "$PID" 2 || dump_log
    log_has 'generation 1 of this server runs, its supervisor was killed'
    restart_and_wait "$PID"
    load_finish
    ends_all
}

is_zombie() {
    grep -q '^State:.*zombie' "/proc/$1/status"
}

# A container whose first process is no init.
@test "the next start takes it over, too, while nobody waits for the supervisor that was killed" {
    # shellcheck disable=SC2016 # for the shell in between
    start parent bash -c 'env LD_PRELOAD="$0" "$@" & exec sleep 1000' "$LIBGRACE" \
        "$SERVER" --listen "127.0.0.1:$PORT"
    wait_until 20 found_again && wait_until 20 settled "$PID" 1 || dump_log
    note_servers
    load_start -r 200 127.0.0.1 "$PORT"
    kill -KILL "$PID"
    wait_until 10 is_zombie "$PID"
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    wait_until 20 settled "$PID" 2 || dump_log
    log_has 'generation 1 of this server runs, its supervisor was killed'
    load_finish
    ends_all
}

# As systemd does with Restart=always and KillMode=process.
@test "a manager that starts it again each time it is killed: no request fails" {
    local i
    serve --model prefork
    for ((i = 2; i <= 5; i++)); do
        orphan
        start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
        wait_until 20 settled "$PID" "$i" || dump_log
        note_servers
    done
    run ! log_has 'EADDRINUSE|in use|rolled back'
    load_finish
    ends_all
}

@test "a start of another command, or of the same one in another environment, does not" {
    local other
    serve
    orphan
    other=$(free_port)
    start_wrapped other "$SERVER" --listen "127.0.0.1:$other"
    start third env WHICH=2 LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    wait_until 10 ended "$PID"
    load_finish
}

@test "killed again and again: each time the next SIGHUP brings a new one" {
    local i
    serve --model prefork
    for ((i = 2; i <= 4; i++)); do
        orphan
        mkdir "$GRACE_RUNTIME_DIR/$PID.d" # of a placeholder that it was making
        kill -HUP "${PROCESSES[0]}"
        recovered "$i"
        note_servers
    done
    load_finish
    ends_all
}

@test "a server in the background is recovered, too, by its master and by its workers" {
    local i
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --daemonize 2 --listen "127.0.0.1:$PORT" \
        --model prefork
    wait_until 20 log_has 'went into the background' # in another process
    wait_until 20 found_again && wait_until 20 settled "$PID" 1 || dump_log
    for i in 0 1; do
        note_daemons
        load_start -r 200 127.0.0.1 "$PORT"
        orphan
        kill -HUP "${PROCESSES[i]}"
        recovered $((i + 2))
        load_finish
    done
    ends_all
}

# note_daemons: those that listen, the master first.
note_daemons() {
    wait_until 10 listeners_are 4
    STARTED+=("${PROCESSES[@]}")
}

listeners_are() {
    mapfile -t PROCESSES < <(ss -tlnpH "sport = :$PORT" | grep -oE '"server",pid=[0-9]+' |
        grep -oE '[0-9]+' | sort -un)
    ((${#PROCESSES[@]} == $1))
}

# pends SIGNAL PID: it has been sent, and not taken yet.
pends() {
    local pending
    pending=$(awk '/^ShdPnd:/ { print $2 }' "/proc/$2/status") && ((16#$pending >> ($1 - 1) & 1))
}

# took SIGNAL PID: and sleeps again.
took() {
    ! pends "$@" && [[ $(ps -o stat= -p "$2") == S* ]]
}

# start_pausing later|fork [VARIABLE]...: the master has stopped, and is told meanwhile that it is to
# listen; sets MASTER.
start_pausing() {
    start server env LD_PRELOAD="$LIBGRACE" "${@:2}" \
        "$PYTHON" "$ROOT/tests/servers/pausing.py" "$PORT" "$BATS_TEST_TMPDIR/pids" "$1"
    wait_until 20 log_has 'went into the background'
    wait_until 20 found_again
    read -r MASTER <"$BATS_TEST_TMPDIR/pids.first"
    STARTED+=("$MASTER")
    wait_until 10 pends 57 "$MASTER" # the reserved signal
}

# has_worker: sets WORKER.
has_worker() {
    read -r _ WORKER <"$BATS_TEST_TMPDIR/pids" && STARTED+=("$WORKER")
}

@test "nor is a SIGHUP lost that a worker gets before the master knows that it is to listen" {
    start_pausing later
    has_worker
    orphan
    kill -HUP "$WORKER"
    wait_until 10 took 1 "$WORKER"
    kill -CONT "$MASTER"
    recovered 2
    ends_all
}

@test "nor one of later, when the master was told so while it was being forked" {
    start_pausing fork LD_PRELOAD="$LIBGRACE:$BUILD/tests/servers/libstopfork.so"
    kill -CONT "$MASTER"
    wait_until 20 settled "$PID" 1
    has_worker
    orphan
    kill -HUP "$WORKER"
    recovered 2
    ends_all
}

# version OPTION...: of the command that the tests below restart.
version() {
    put "$APP" <<<"#!/bin/sh
exec '$SERVER' --listen 127.0.0.1:$PORT $*"
}

serve_app() {
    APP=$BATS_TEST_TMPDIR/app
    version "$@"
    start_wrapped app "$APP"
    note_servers
    load_start -r 200 127.0.0.1 "$PORT"
}

@test "killed while a generation starts: that one is ended, the one that serves is restarted" {
    local starting
    serve_app --model prefork
    version --start-ms 30000
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 2 starting'
    starting=$(status web | grep -oE '"generation":2,"pid":[0-9]+' | grep -oE '[0-9]+$')
    STARTED+=("$starting")
    orphan
    version --model prefork
    kill -HUP "${PROCESSES[1]}"
    recovered 3
    log_has 'generation 2 was not ready yet and is ended'
    wait_until 10 ended "$starting" # its parent is who adopts orphans
    load_finish
    ends_all
}

draining_one_connection() {
    [[ $(status web) =~ \"state\":\"draining\",\"processes\":[0-9]+,\"connections\":1, ]]
}

@test "killed while one drains: it is seen to its end, and its client gets the answer" {
    local slow
    serve_app --slow-until "$BATS_TEST_TMPDIR/finish"
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$BATS_TEST_TMPDIR/slow" --stderr /dev/null -- \
        "$LOAD" -c 1 -n 1 -p /slow 127.0.0.1 "$PORT" &
    slow=$!
    STARTED+=("$slow")
    wait_until 10 accepted "$slow" 1
    kill -HUP "$PID"
    wait_until 10 draining_one_connection
    mapfile -t PROCESSES < <(status web | grep -oE '"generation":2,"pid":[0-9]+' | grep -oE '[0-9]+$')
    STARTED+=("${PROCESSES[@]}")
    orphan
    kill -HUP "${PROCESSES[0]}"
    wait_until 20 found_again
    wait_until 20 log_has 'generation 3 ready'
    wait_until 10 draining_one_connection
    touch "$BATS_TEST_TMPDIR/finish"
    wait "$slow" || fail "$(<"$BATS_TEST_TMPDIR/slow")"
    recovered 3
    run ! log_has "can't be taken over"
    load_finish
    ends_all
}

@test "a server that has given up the rights of its supervisor says so and serves on" {
    start_wrapped server setpriv --reuid 65534 --regid 65534 --clear-groups "$SERVER" \
        --listen "127.0.0.1:$PORT"
    note_servers
    orphan
    kill -HUP "${PROCESSES[0]}"
    wait_until 10 log_has "process ${PROCESSES[0]} lacks the rights of the supervisor"
    "$LOAD" -n 20 127.0.0.1 "$PORT"
    start server env LD_PRELOAD="$LIBGRACE" setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$SERVER" --listen "127.0.0.1:$PORT"
    wait_until 20 settled "$PID" 2 || dump_log
    ends_all
}

# start_walled COMMAND...: where no process may copy descriptors out of another.
start_walled() {
    start app "$BUILD/tests/tools/confine" --deny pidfd_getfd env LD_PRELOAD="$LIBGRACE" "$@"
}

serve_walled() {
    APP=$BATS_TEST_TMPDIR/app
    version "$@"
    start_walled "$APP"
    wait_until 20 settled "$PID" 1 || dump_log
    note_servers
    load_start -r 200 127.0.0.1 "$PORT"
}

@test "where descriptors can't be copied the new one inherits those of the main process" {
    serve_walled --model prefork
    orphan
    version --fail exit:3
    kill -HUP "${PROCESSES[1]}"
    wait_until 20 found_again
    wait_until 20 rolled_back "$PID" 1
    version --model prefork
    restart_and_wait "$PID"
    restart_and_wait "$PID"
    load_finish
    ends_all
    run ! log_has "can't be taken over"
}

@test "where they can't, and it was started as a command, one line says so and nobody is refused" {
    serve_walled
    orphan
    start_walled "$APP"
    wait_until 20 log_has "1 listener of generation 1 can't be taken over"
    wait_until 20 log_has "no restart: process [0-9]+ could not hand over its listener \(port $PORT\)"
    wait_until 10 settled "$PID" 1
    load_finish
    ends_all
}

@test "a restart that fails after that leaves the server its listeners, and the next one works" {
    serve_app
    orphan
    version --fail exit:3
    kill -HUP "${PROCESSES[0]}"
    wait_until 20 found_again
    wait_until 20 rolled_back "$PID" 1
    wait_until 10 settled "$PID" 1
    load_finish
    run ! grep -q "127.0.0.1:$PORT" <(status "$PID" | grep -o '"listeners":.*')
    version
    load_start -r 200 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    load_finish
    ends_all
}

@test "sequential mode: killed while it serves, and while a generation ends, it restarts all the same" {
    export GRACE_MODE=sequential
    serve_app
    orphan
    kill -HUP "${PROCESSES[0]}"
    recovered 2
    log_has 'generation 1 ends before the next one starts, clients wait'
    load_finish
    note_servers
    exec {held}<>"/dev/tcp/127.0.0.1/$PORT" # the generation waits for it
    wait_until 10 connections_are 1
    kill -HUP "$PID"
    wait_until 10 log_has 'generation 2 draining'
    wait_until 10 supervisor_alone_listens
    orphan
    kill -HUP "${PROCESSES[0]}"
    wait_until 20 found_again
    wait_until 10 log_has 'generation 2 has given up 1 listener: clients are refused until'
    run ! log_has "can't be taken over"
    exec {held}>&-
    wait_until 20 settled_beyond "$PID" 2
    "$LOAD" -n 20 127.0.0.1 "$PORT"
    ends_all
}

supervisor_alone_listens() {
    [[ $(ss -tlnpH "sport = :$PORT" | grep -oE 'pid=[0-9]+' | sort -u) == "pid=$PID" ]]
}

connections_are() {
    [[ $(status_number web connections) == "$1" ]]
}

names_who_answers() {
    [[ $(curl -s "127.0.0.1:$PORT") == "$(<"$BATS_TEST_TMPDIR/server.pid")" ]]
}

@test "killed while the pid file is aside: it is put back, and steps aside again" {
    local file=$BATS_TEST_TMPDIR/server.pid gate=$BATS_TEST_TMPDIR/gate
    export GRACE_PIDFILE=$file GRACE_READY="exec=test -e $gate" GRACE_LOG_LEVEL=debug
    touch "$gate"
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/pidfiled.py" excl "$PORT" "$file"
    note_servers
    rm "$gate"
    kill -HUP "$PID"
    wait_until 10 test -s "$file.grace" -a -s "$file"
    wait_until 10 log_has 'generation 2 adopts' # before that it would end without a supervisor
    STARTED+=("$(<"$file")")
    orphan
    touch "$gate"
    kill -HUP "${PROCESSES[0]}"
    recovered 3
    log_has 'generation 2 was not ready yet and is ended'
    names_who_answers
    [[ ! -e $file.grace ]]
    ends_all
}
