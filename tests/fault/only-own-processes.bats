# SPDX-License-Identifier: ISC
# Which processes are the server's is what the kernel says, and nobody else is touched.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/helper
load hostile

# start_strangers: a session of root's that has nothing to do with the server: its leader, one in its
# group, and one in another group; sets STRANGERS.
start_strangers() {
    # shellcheck disable=SC2016 # the inner shell's
    start stranger bash -c 'set -m; (set +m; exec sleep 600) & set +m; sleep 600 & echo up; wait'
    grace_wait 20 log_has up
    mapfile -t STRANGERS < <(tree_of "$PID")
    ((${#STRANGERS[@]} == 3))
}

alive() {
    local pid
    for pid; do
        [[ -d /proc/$pid && $(cat "/proc/$pid/stat") != *') Z '* ]] || return 1
    done
}

# named PID...: a worker puts each into a slot that says that it is busy and has not drained.
named() {
    local pid slot
    for pid; do
        slot=$(ask slot "$pid") || return
        slot=${slot##* }
        ask slot-field "$slot" connections 7 && ask slot-field "$slot" drained 0 || return
    done
}

@test "a stranger that a worker names is not touched, nor his session and group, nor waited for" {
    start_strangers
    hostile_start
    named "${STRANGERS[@]}"
    grace_wait 10 connections_are 0 # ours are closed
    [[ $(status_number "$PID" processes) == 2 ]]
    restarted
    named "${STRANGERS[@]}" "-${STRANGERS[0]}"
    restarted
    alive "${STRANGERS[@]}"
    log_lacks 'deadline|did not stop'
    unharmed
    alive "${STRANGERS[@]}"
}

@test "nor is the supervisor" {
    hostile_start
    named "$PID" 2147483647 -1 "-$PID"
    restarted
    unharmed
}

@test "nor a process of another generation" {
    local old
    hostile_start
    exec {held}<>"/dev/tcp/127.0.0.1/$PORT" # a connection keeps generation 1
    printf 'ping\n' >&"$held"
    read -r old <&"$held"
    "$GRACE" restart "$PID"
    local new
    mapfile -t new < <(members_of 2)
    ((${#new[@]} == 2))
    for pid in "${new[@]}"; do
        printf 'slot %s\n' "$pid" >&"$held"
        read -r old <&"$held"
        [[ $old == 'ok slot '* ]]
    done
    exec {held}>&-
    grace_wait 20 settled "$PID" 2
    alive "${new[@]}"
    unharmed
}

# A child that is stopped until it is needed: trafficserver's crash logger.
restarts_with_a_stopped_child() {
    local child
    hostile_start -w 4
    child=$(ask fork) && child=${child#ok }
    kill -STOP "$child"
    grace_wait 20 stopped "$child"
    load_start "http://127.0.0.1:$PORT/"
    "$GRACE" restart "$PID"
    grace_wait 20 settled "$PID" 2 || dump_log
    load_finish
    log_lacks 'deadline|did not stop'
    grace_wait 20 gone "$child"
}

@test "a child that is stopped has drained when it can't but drain next" {
    restarts_with_a_stopped_child
}

@test "in sequential mode, too, and it is ended when the main process has stopped" {
    export GRACE_MODE=sequential
    restarts_with_a_stopped_child
}

@test "a main process that is stopped gets its stop signal" {
    export GRACE_STOP_SIGNAL=TERM
    hostile_start
    kill -STOP "$(server_pid "$PID")"
    "$GRACE" restart "$PID"
    grace_wait 20 settled "$PID" 2 || dump_log
    log_lacks 'deadline|did not stop'
}

# another_app [OPTION...]: install_app on a port of its own; sets APP.
another_app() {
    PORT=$(grace_free_port)
    APP=$BATS_TEST_TMPDIR/app.$PORT
    install_app "$@"
}

switches() {
    awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$1/status"
}

# wakeups PID...: sets WOKEN to how often each wakes up within three seconds.
wakeups() {
    local pid begun before=()
    for pid; do
        before+=("$(switches "$pid")")
    done
    begun=${EPOCHREALTIME/[.,]/}
    grace_wait 30 passed 3 "$begun"
    WOKEN=()
    for pid; do
        WOKEN+=("$(($(switches "$pid") - before[${#WOKEN[@]}]))")
    done
}

# sleeps_on PID: for three seconds it has not woken up. In the background it looks, for a minute, who
# has the streams of its start, ever more seldom.
sleeps_on() {
    local now
    now=$(switches "$1")
    uptime_ms
    [[ $now == "$WAS" ]] || SINCE=$UPTIME_MS
    WAS=$now
    ((UPTIME_MS - SINCE >= 3000))
}

@test "idle means asleep: in the background, in sequential mode, after restarts and rollbacks" {
    local background foreground sequential draining
    another_app --daemonize 2
    start_background "$APP"
    background=$PID
    another_app
    start_wrapped foreground "$APP"
    foreground=$PID
    install_app --fail exit:3
    run ! "$GRACE" restart "$foreground"
    grace_wait 10 settled "$foreground" 1
    GRACE_MODE=sequential another_app --model prefork
    GRACE_MODE=sequential start_wrapped sequential "$APP"
    sequential=$PID
    restart_and_wait "$sequential"
    another_app
    start_wrapped draining "$APP"
    draining=$PID
    hold_one
    "$GRACE" restart "$draining"
    wakeups "$foreground" "$sequential" "$draining"
    drop 0
    echo "woken: ${WOKEN[*]}"
    ((WOKEN[0] <= 3 && WOKEN[1] <= 3 && WOKEN[2] <= 30))
    for _ in 1 2 3; do
        restart_and_wait "$background"
    done
    WAS='' SINCE=0
    grace_wait 60 sleeps_on "$background"
    # what it took is given back
    (($(anonymous_kb "$background") < $(anonymous_kb "$foreground") + 60))
    kill "$background"
}

@test "in the background it is ended with the last process, at once" {
    another_app --daemonize 1
    start_background "$APP"
    mapfile -t processes < <(pgrep -f -- "--listen 127.0.0.1:$PORT --daemonize 1" | grep -vx "$PID")
    kill -KILL "${processes[@]}"
    grace_wait 10 gone "$PID"
    [[ ! -e $GRACE_RUNTIME_DIR/$PID.sock ]]
}

# without_proc COMMAND...: it sees no /proc.
without_proc() {
    # shellcheck disable=SC2016 # the inner shell's
    start "bare.$PORT" unshare --mount sh -c 'umount -l /proc && exec "$@"' sh env LD_PRELOAD="$LIBGRACE" "$@"
    grace_wait 20 settled "$PID" 1 || dump_log
}

nobody_serves() {
    [[ -z $(pgrep -f -- "--listen 127.0.0.1:$PORT") ]]
}

@test "without /proc: restarts, drains and retires, and one line says what is less certain" {
    local model
    for model in single threads prefork fork; do
        another_app --model "$model"
        without_proc "$APP"
        [[ $(grep -c '/proc is not mounted' "$LOG") == 1 ]]
        restart_under_load 1 --rate 400 "http://127.0.0.1:$PORT/"
        log_has 'generation 1 retired'
        log_lacks 'deadline'
        [[ $model != fork ]] || wakeups "$PID"
        ((${WOKEN[0]:-0} <= 3))
        "$GRACE" stop "$PID"
        grace_wait 10 nobody_serves
    done
}

# reads PID: how often it has read anything.
reads() {
    awk '/^syscr/ { print $2 }' "/proc/$1/io"
}

# reads_of_a_restart GENERATION: sets READS, until this one has gone. The log tells, for to ask for
# the status costs reads, too, the more the slower the machine is.
reads_of_a_restart() {
    local before
    before=$(reads "$PID")
    hup_until 30 log_has "generation $1 retired"
    READS=$(($(reads "$PID") - before))
}

thousands_sleep() {
    start_beside crowd "$PYTHON" -c 'import os, signal
for _ in range(2000):
    if os.fork() == 0:
        signal.pause()
print("up", flush=True)
signal.pause()'
    grace_wait 60 grep -q up "$(log_of crowd)"
}

@test "a restart costs by the processes of the server, not by those of the machine" {
    local few
    another_app --model prefork
    start_wrapped server "$APP"
    reads_of_a_restart 1
    few=$READS
    thousands_sleep
    reads_of_a_restart 2
    echo "$few reads, with 2,000 processes more $READS"
    ((READS < few + 1500))
}
