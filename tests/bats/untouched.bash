# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the other files set
# Clients that have connected before a restart and say nothing until it is over. Use: load untouched
load "${BASH_SOURCE[0]%/*}/scripted"

# start_version_1 [OPTION...]: our server, and what it answers is in $BODY.
start_version_1() {
    install_version 1
    start_server --bodyfile "$BODY" "$@"
}

# silent COUNT VERSION [OPTION...]: the server has accepted so many, and they ask when client_asks. An
# answer of another version is a failure; 12 stands for either.
silent() {
    holding_client silent "$1" --expect "^version [$2]\$" "${@:3}" "http://127.0.0.1:$PORT/"
}

# asked: they ask, and have the answers that they expect.
asked() {
    client_asks
    client_answered
}

# aged: what a process of several threads hands over is older than two seconds.
aged() {
    uptime_ms
    local since=$UPTIME_MS
    ! threads_run || grace_wait 20 older_than 2200
}

# threads_run: in some process of the server.
threads_run() {
    tree_of "$(server_pid "$PID")" | xargs -I{} cat /proc/{}/status | grep '^Threads:' | grep -qvw 1
}

older_than() {
    uptime_ms
    ((UPTIME_MS - since > $1))
}

# restart_to VERSION: until it serves alone, so all that the old one had has gone.
restart_to() {
    install_version "$1"
    restart_and_wait "$PID"
}

# handed_over GENERATION COUNT: it drained, and this is all that it did with its connections.
handed_over() {
    local what="$2 connections"
    (($2 != 1)) || what='1 connection'
    log_has "generation $1 drained in [0-9]+ ms \($what handed over\)\$" || dump_log
}

# quiet: in half a second supervisor and server take less than a fifth of a processor.
quiet() {
    local pids since before
    mapfile -t pids < <(tree_of "$PID")
    uptime_ms
    since=$UPTIME_MS before=$(ticks "${pids[@]}")
    grace_wait 20 older_than 500
    (($(ticks "${pids[@]}") - before < 10)) || fail "$(ps -o pid,time,args -p "${pids[*]}")"
}

# ticks PID...: hundredths of a second that these have taken of a processor.
ticks() {
    local pid
    for pid; do cat "/proc/$pid/stat" 2>/dev/null; done | awk '{ sub(/^.*\) /, ""); n += $12 + $13 } END { print n + 0 }'
}

# last_line FD: of an answer that ends with its connection.
last_line() {
    timeout 20 cat <&"$1" | tail -n 1
}
