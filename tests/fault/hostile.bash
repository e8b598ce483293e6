# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A server with a worker that does what it is told (tests/servers/hostile.c). Use after helper:
# load hostile.
HOSTILE=$BUILD/tests/servers/hostile

# hostile_start [OPTION...]: serves on $PORT, a new one; wrapped, generation 1 is ready.
hostile_start() {
    PORT=$(grace_free_port)
    start_wrapped hostile "$HOSTILE" "$@" "127.0.0.1:$PORT"
}

# tell CONNECTION ACT [WORD...]: the worker that has accepted it does it; its answer.
tell() {
    local answer
    printf '%s\n' "${*:2}" >&"$1"
    read -r answer <&"$1" || answer='failed: no answer'
    echo "$answer"
    [[ $answer == ok* ]]
}

# ask ACT [WORD...]: a worker of the generation that serves does it; its answer.
ask() {
    local c status=0
    exec {c}<>"/dev/tcp/127.0.0.1/$PORT" || return
    tell "$c" "$@" || status=$?
    exec {c}>&-
    return $status
}

# worker: the process that answers.
worker() {
    ask ping | grep -oE 'pid [0-9]+' | grep -oE '[0-9]+'
}

# unharmed: the server answers, restarts twice, and stops.
unharmed() {
    ask ping && restarted && ask ping && restarted && ask ping || return
    "$GRACE" stop "$PID"
    grace_wait 10 gone "$PID"
}
