# SPDX-License-Identifier: ISC
# The supervisor is killed: a signal to the server, or the next start of it, brings a new one.
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

ended() {
    [[ ! -e /proc/$1 ]]
}

# orphan: the supervisor is killed.
orphan() {
    kill -KILL "$PID"
    wait_until 10 ended "$PID"
}

# found_again: sets PID to the new supervisor of web; it goes into STARTED.
found_again() {
    local pid
    pid=$(status web | grep -oE '"pid":[0-9]+' | head -n 1 | grep -oE '[0-9]+') && [[ $pid ]] &&
        PID=$pid && STARTED+=("$pid")
}

# recovered GENERATION: a new supervisor holds its listener, and no other generation is left.
recovered() {
    wait_until 20 found_again && wait_until 20 settled "$PID" "$1" || dump_log || return
    [[ $(status "$PID") == *"\"listeners\":[{\"address\":\"tcp 127.0.0.1:$PORT\""* ]]
}

# ends_all: a stop ends the server and the supervisor.
ends_all() {
    "$GRACE" stop web
    wait_until 10 ended "$PID"
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

@test "the next start of the same command takes the server over and restarts it" {
    serve --model prefork
    orphan
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --model prefork
    wait_until 20 settled "$PID" 2 || dump_log
    log_has 'generation 1 of this server runs, its supervisor was killed'
    restart_and_wait "$PID"
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
