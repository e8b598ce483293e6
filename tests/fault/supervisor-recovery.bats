# SPDX-License-Identifier: ISC
# The supervisor is killed: a signal to the server, or the next start of it, brings a new one.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load recovery
load hostile

@test "SIGHUP to the main process brings a new one that restarts: no request fails" {
    local model
    for model in single threads prefork fork; do
        serve --model "$model"
        kill_supervisor
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
    start_wrapped hostile "$HOSTILE" -w 2 "127.0.0.1:$PORT"
    note_servers
    kill_supervisor
    kill -HUP "${PROCESSES[1]}"
    recovered 2
    ask ping
    ends_all
}

@test "when the main process has gone, too, a worker that may brings one, and another says that it may not" {
    serve --model prefork
    kill_supervisor
    kill -KILL "${PROCESSES[0]}"
    grace_wait 10 ended "${PROCESSES[0]}"
    kill -HUP "${PROCESSES[1]}"
    recovered 2
    load_finish
    ends_all
    rm "$LOG"
    start_wrapped hostile "$HOSTILE" -w 2 "127.0.0.1:$PORT"
    note_servers
    kill_supervisor
    kill -KILL "${PROCESSES[0]}"
    grace_wait 10 ended "${PROCESSES[0]}"
    kill -HUP "${PROCESSES[1]}"
    grace_wait 10 log_has "process ${PROCESSES[1]} lacks the rights of the supervisor"
    ask ping
}

@test "the next start of the same command takes the server over and restarts it" {
    serve --model prefork
    kill_supervisor
    run -3 "$GRACE" restart web
    [[ $output == *"process ${PROCESSES[0]} serves on without its supervisor"* ]]
    start_again 2 --model prefork
    log_has 'generation 1 of this server runs, its supervisor was killed'
    restart_and_wait "$PID"
    load_finish
    ends_all
}

is_zombie() {
    grep -q '^State:.*zombie' "/proc/$1/status"
}

# start_unreaped [OPTION...]: our server in a container whose first process is no init: nobody waits
# for a supervisor that is killed, nor for orphans.
start_unreaped() {
    # shellcheck disable=SC2016 # for the shell in between
    start parent "$LAUNCH" --subreaper -- \
        bash -c 'env LD_PRELOAD="$0" "$@" & exec sleep 1000' "$LIBGRACE" \
        "$SERVER" --listen "127.0.0.1:$PORT" "$@"
    recovered 1
    meet_clients
}

@test "the next start takes it over, too, while nobody waits for the supervisor that was killed" {
    start_unreaped
    kill -KILL "$PID"
    grace_wait 10 is_zombie "$PID"
    start_again 2
    log_has 'generation 1 of this server runs, its supervisor was killed'
    load_finish
    ends_all
}

@test "a worker brings a new one, too, while nobody waits for the main process that was killed" {
    start_unreaped --model prefork
    kill -KILL "$PID"
    grace_wait 10 is_zombie "$PID"
    kill -KILL "${PROCESSES[0]}"
    grace_wait 10 is_zombie "${PROCESSES[0]}"
    kill -HUP "${PROCESSES[1]}"
    recovered 2
    load_finish
    ends_all
}

# As systemd does with Restart=always and KillMode=process.
@test "a manager that starts it again each time it is killed: no request fails" {
    local i
    serve --model prefork
    for ((i = 2; i <= 5; i++)); do
        kill_supervisor
        start_again "$i" --model prefork
        note_servers
    done
    log_lacks 'EADDRINUSE|in use|rolled back'
    load_finish
    ends_all
}

@test "a start of another command, or of the same one in another environment, does not" {
    local other
    serve
    kill_supervisor
    other=$(grace_free_port)
    start_wrapped other "$SERVER" --listen "127.0.0.1:$other"
    start third env WHICH=2 LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 10 ended "$PID"
    load_finish
}

@test "killed again and again: each time the next SIGHUP brings a new one" {
    local i
    serve --model prefork
    for ((i = 2; i <= 4; i++)); do
        kill_supervisor
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
    grace_wait 20 log_has 'went into the background' # in another process
    recovered 1
    for i in 0 1; do
        note_daemons
        load_start --rate 200 "http://127.0.0.1:$PORT/"
        kill_supervisor
        kill -HUP "${PROCESSES[i]}"
        recovered $((i + 2))
        load_finish
    done
    ends_all
}

# note_daemons: those that listen, the master first.
note_daemons() {
    grace_wait 10 listeners_are 4
}

listeners_are() {
    mapfile -t PROCESSES < <(ss -tlnpH "sport = :$PORT" | grep -oE '"server",pid=[0-9]+' |
        grep -oE "[0-9]+" | grep -vx "$PID" | sort -un)
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
    grace_wait 20 log_has 'went into the background'
    grace_wait 20 found_again
    read -r MASTER <"$BATS_TEST_TMPDIR/pids.first"
    grace_wait 10 pends 57 "$MASTER" # the reserved signal
}

# has_worker: sets WORKER.
has_worker() {
    grace_wait 20 test -s "$BATS_TEST_TMPDIR/pids"
    read -r _ WORKER <"$BATS_TEST_TMPDIR/pids"
}

@test "nor is a SIGHUP lost that a worker gets before the master knows that it is to listen" {
    start_pausing later
    has_worker
    kill_supervisor
    kill -HUP "$WORKER"
    grace_wait 10 took 1 "$WORKER"
    kill -CONT "$MASTER"
    recovered 2
    ends_all
}

@test "nor one of later, when the master was told so while it was being forked" {
    start_pausing fork LD_PRELOAD="$LIBGRACE:$BUILD/tests/servers/libstopfork.so"
    kill -CONT "$MASTER"
    grace_wait 20 settled "$PID" 1
    has_worker
    kill_supervisor
    kill -HUP "$WORKER"
    recovered 2
    ends_all
}

@test "a restart that fails then leaves the server its listeners, and the next one works" {
    serve_app
    kill_supervisor
    install_app --fail exit:3
    kill -HUP "${PROCESSES[0]}"
    grace_wait 20 found_again
    grace_wait 20 rolled_back "$PID" 1
    grace_wait 10 settled "$PID" 1
    load_finish
    run ! grep -q "127.0.0.1:$PORT" <(status "$PID" | grep -o '"listeners":.*')
    install_app
    restart_under_load 1 --rate 200 "http://127.0.0.1:$PORT/"
    ends_all
}
