# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the bats library sets
# What a server does, as its supervisor tells it, and restarts. Loaded by helper.bash.

# status PID: one line of JSON.
status() {
    "$GRACE" status --json "$1" 2>/dev/null
}

# lone_generation PID: sets GENERATION to the one that serves, if no other is left.
lone_generation() {
    _grace_alone "$1" && GENERATION=$_grace_generation
}

# settled PID GENERATION: it serves, and no other generation is left.
settled() {
    lone_generation "$1" && ((GENERATION == $2))
}

# settled_beyond PID GENERATION: so does a later one.
settled_beyond() {
    lone_generation "$1" && ((GENERATION > $2))
}

# status_number PID KEY: the first number of that name, outermost first.
status_number() {
    status "$1" | grep -oE "\"$2\": ?[0-9]+" | head -n 1 | grep -oE '[0-9]+$'
}

generation_of() {
    status_number "$1" generation
}

# main_of N: the main process of generation N.
main_of() {
    status "$PID" | grep -oE "\"generation\": ?$1, ?\"pid\": ?[0-9]+" | grep -oE '[0-9]+$'
}

# number_is KEY N: the first of that name, of the supervisor PID.
number_is() {
    [[ $(status_number "$PID" "$1") == "$2" ]]
}

# connections_are 'N...': of each generation, the oldest first.
connections_are() {
    [[ $(status "$PID" | grep -oE '"connections":[0-9]+' | tr -dc '0-9\n' | paste -sd ' ') == "$1" ]]
}

rolled_back() {
    [[ $(status_number "$1" rolled_back) == "$2" ]]
}

# found_again: sets PID to the new supervisor of the server whose name is web.
found_again() {
    local pid
    pid=$(status web | grep -oE '"pid":[0-9]+' | head -n 1 | grep -oE '[0-9]+') && [[ $pid ]] &&
        PID=$pid
}

# The main process of the only generation.
server_pid() {
    status "$1" | grep -oE '"generations": ?\[.*' | grep -oE '"pid": ?[0-9]+' | head -n 1 |
        grep -oE '[0-9]+$'
}

# find_proxy: sets PROXY, the NOTIFY_SOCKET that the server was given.
find_proxy() {
    PROXY=$(tr '\0' '\n' <"/proc/$(server_pid "$PID")/environ" | sed -n 's/^NOTIFY_SOCKET=//p')
    [[ $PROXY == @?* ]]
}

# restart_and_wait PID: SIGHUP, until a later generation serves alone.
restart_and_wait() {
    grace_wait 30 lone_generation "$1" || return 1
    kill -HUP "$1"
    grace_wait 30 settled_beyond "$1" "$GENERATION" || {
        status "$1" >&2 || true # a supervisor that has gone: the log says why
        dump_log
    }
}

# hup_until SECONDS COMMAND...: the supervisor gets SIGHUP, and within that time this is so, or the
# log says why not.
hup_until() {
    kill -HUP "$PID"
    grace_wait "$@" || dump_log
}

# restart_times COUNT: one after the other.
restart_times() {
    local i
    for ((i = 0; i < $1; i++)); do restart_and_wait "$PID" || return 1; done
}

# restart_under_load COUNT [OPTION...] URL: no request fails.
restart_under_load() {
    load_start "${@:2}"
    restart_times "$1"
    load_finish
}

# restarted: by the command, which says that it worked.
restarted() {
    "$GRACE" restart "$PID" || dump_log || return
    grace_wait 20 lone_generation "$PID" || dump_log
}

# kill_supervisor: and nobody sees a zombie, whose number stands for a process.
kill_supervisor() {
    kill -KILL "$PID"
    grace_wait 10 gone "$PID"
}

# stop_and_wait PID
stop_and_wait() {
    kill "$1"
    grace_wait 10 gone "$1"
}

# ready_ms GENERATION: how long it took until it was ready.
ready_ms() {
    sed -n "s/.*generation $1 ready in \([0-9]*\) ms.*/\1/p" "$LOG"
}

# starts: of restarts; one that goes on sequentially has two.
starts() {
    echo $(($(grep -c 'generation [0-9]* starting' "$LOG") - $(grep -c 'going on sequentially' "$LOG")))
}

# hup_at_once PID...: sets TOOK, the milliseconds until each has its signal.
hup_at_once() {
    uptime_ms
    TOOK=-$UPTIME_MS
    kill -HUP "$@"
    uptime_ms
    TOOK=$((TOOK + UPTIME_MS))
}

# signalled COMMAND...: SIGHUP to each process that it prints, at once, is one restart; unless the
# machine stood still meanwhile: handlers that run half a second late ask once more. Then again.
signalled() {
    local before pids try
    for try in first second third; do
        grace_wait 10 lone_generation "$PID"
        before=$(starts)
        mapfile -t pids < <("$@")
        hup_at_once "${pids[@]}"
        grace_wait 20 settled_beyond "$PID" "$GENERATION"
        (($(starts) - before != 1)) || return 0
        ((grace_longest_look > 250 || TOOK > 250)) || break
    done
    fail "the $try try: $(($(starts) - before)) restarts" "$(<"$LOG")"
}

# members_of N: the processes of generation N, the main one first.
members_of() {
    local main
    main=$(main_of "$1") && echo "$main" && { tree_of "$main" | grep -vx "$main" || true; }
}

# holds GENERATION COUNT: it has so many connections.
holds() {
    status "$PID" | grep -qE "\"generation\":$1,\"pid\":[0-9]+,[^}]*\"connections\":$2,"
}

# serves GENERATION: it is ready.
serves() {
    status "$PID" | grep -qE "\"generation\":$1,\"pid\":[0-9]+,\"state\":\"serving\""
}

# drains GENERATION: it finishes what it has.
drains() {
    status "$PID" | grep -qE "\"generation\":$1,\"pid\":[0-9]+,\"state\":\"draining\""
}

# draining_one_connection: some generation does, and has one.
draining_one_connection() {
    [[ $(status "$PID") =~ \"state\":\"draining\",\"processes\":[0-9]+,\"connections\":1, ]]
}

# stopped_listening GENERATION: no process of it listens on $PORT any more. One that serves beside it
# is needed.
stopped_listening() {
    local main tree listening
    main=$(main_of "$1") &&
        tree=$(tree_of "$main" | paste -sd '|') && listening=$(ss -tlnpH "sport = :$PORT") &&
        [[ $listening == *pid=* && ! $listening =~ pid=($tree), ]]
}

# group_members: each socket that listens on $PORT, by its inode.
group_members() {
    ss -tlneH "sport = :$PORT" | grep -o 'ino:[0-9]*' | sort
}

group_has() {
    (($(group_members | wc -l) == $1))
}
