# SPDX-License-Identifier: ISC
# Which processes are the server's is what the kernel says, and nobody else is touched.
load ../bats/helper
load hostile

# stranger: a session of root's that has nothing to do with the server: its leader, one in its group,
# and one in another group; sets STRANGERS.
stranger() {
    # shellcheck disable=SC2016 # the inner shell's
    start stranger bash -c 'set -m; (set +m; exec sleep 600) & set +m; sleep 600 & echo up; wait'
    wait_until 5 log_has up
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

restarted() {
    "$GRACE" restart "$PID" || dump_log || return
    wait_until 20 lone_generation "$PID" || dump_log
}

@test "a stranger that a worker names is not touched, nor his session and group, nor waited for" {
    stranger
    hostile_start
    named "${STRANGERS[@]}"
    [[ $(status_number "$PID" processes) == 2 && $(status_number "$PID" connections) == 0 ]]
    restarted
    named "${STRANGERS[@]}" "-${STRANGERS[0]}"
    restarted
    alive "${STRANGERS[@]}"
    run ! log_has 'deadline|did not stop'
    unharmed
    alive "${STRANGERS[@]}"
}

@test "nor is the supervisor, or whoever started it" {
    hostile_start
    named "$PID" "$$" "$PPID" 2147483647 -1
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
    mapfile -t new < <(tree_of "$(status "$PID" | grep -oE '"generation":2,"pid":[0-9]+' | grep -oE '[0-9]+$')")
    ((${#new[@]} == 2))
    for pid in "${new[@]}"; do
        printf 'slot %s\n' "$pid" >&"$held"
        read -r old <&"$held"
        [[ $old == 'ok slot '* ]]
    done
    exec {held}>&-
    wait_until 20 settled "$PID" 2
    alive "${new[@]}"
    unharmed
}
