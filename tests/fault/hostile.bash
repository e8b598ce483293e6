# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A server with a worker that does what it is told (tests/servers/hostile.c). Use after helper:
# load hostile.
HOSTILE=$BUILD/tests/servers/hostile

# hostile_start [OPTION...]: serves on $PORT, a new one; wrapped, generation 1 is ready.
hostile_start() {
    PORT=$(free_port)
    start_wrapped hostile "$HOSTILE" "$@" "127.0.0.1:$PORT"
}

# ask ACT [WORD...]: a worker of the generation that serves does it; its answer.
ask() {
    local c answer
    exec {c}<>"/dev/tcp/127.0.0.1/$PORT" || return
    printf '%s\n' "$*" >&"$c"
    read -r answer <&"$c" || answer='failed: no answer'
    exec {c}>&-
    echo "$answer"
    [[ $answer == ok* ]]
}

# worker: the process that answers.
worker() {
    ask ping | grep -oE 'pid [0-9]+' | grep -oE '[0-9]+'
}

# unharmed: the server answers, restarts twice, and stops.
unharmed() {
    ask ping && restarted && ask ping && restarted && ask ping || return
    "$GRACE" stop "$PID"
    wait_until 10 gone "$PID"
}
