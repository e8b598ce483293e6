# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# What the tests that run whole servers share. Use: load helper; it brings teardown().
bats_require_minimum_version 1.5.0

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD_DIR:-$ROOT/build}
LIBGRACE=$BUILD/shim/libgrace.so
GRACE=$BUILD/tools/grace
LAUNCH=$BUILD/tests/tools/launch
LOAD=$BUILD/tests/tools/load
SERVER=$BUILD/tests/servers/server
PYTHON=/usr/bin/python3
export ROOT BUILD LIBGRACE GRACE LAUNCH LOAD SERVER PYTHON
export GRACE_RUNTIME_DIR=$BATS_TEST_TMPDIR/run

# Sessions and processes that stop_all ends.
STARTED=()

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# put PATH: standard input, in place of what was there, executable.
put() {
    cat >"$1.new"
    chmod +x "$1.new"
    mv "$1.new" "$1"
}

# uptime_ms: sets UPTIME_MS, on a clock that nobody sets.
uptime_ms() {
    local seconds
    read -r seconds _ </proc/uptime
    UPTIME_MS=$((10#${seconds/./} * 10))
}

# passed SECONDS SINCE: that is EPOCHREALTIME without its point.
passed() {
    ((${EPOCHREALTIME/[.,]/} - $2 >= $1 * 1000000))
}

# step_ends: sets LONGEST_STEP, of wait_until in milliseconds, if this one was longer.
step_ends() {
    local last=$UPTIME_MS
    uptime_ms
    ((UPTIME_MS - last <= LONGEST_STEP)) || LONGEST_STEP=$((UPTIME_MS - last))
}

# wait_until SECONDS COMMAND...: the only place that lets time pass. On a machine on which there were
# less than ten looks a second it waits longer, at most four times as long. Tries once more at the
# end: the machine may have stood still since the last look.
wait_until() {
    local limit=$1 deadline looks=0
    shift
    uptime_ms
    deadline=$((UPTIME_MS + limit * 1000)) LONGEST_STEP=0
    until "$@"; do
        step_ends
        ((looks += 1))
        if ((UPTIME_MS > deadline + (looks < limit * 10 ? limit * 3000 : 0))); then
            "$@" && return
            fail "not within $limit s: $*"
            return 1
        fi
        sleep 0.01
    done
    step_ends
}

# Below the ephemeral ports, so that no client takes it first; and no other test of this run gets it,
# for it may be long until it is bound.
free_port() {
    local port taken=${TEST_PORTS:-${BATS_RUN_TMPDIR:-$BATS_TEST_TMPDIR}/ports}
    mkdir -p "$taken"
    while port=$((10000 + SRANDOM % 20000)); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        mkdir "$taken/$port" 2>/dev/null || continue
        echo "$port"
        return 0
    done
}

# start NAME COMMAND...: in a session of its own, output in NAME.log; sets PID and LOG.
start() {
    local name=$1
    shift
    LOG=$BATS_TEST_TMPDIR/$name.log
    : >>"$LOG"
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$LOG" --stderr "$LOG" -- "$@" &
    PID=$!
    STARTED+=("$PID")
}

# start_wrapped NAME COMMAND...: start with the shim, and wait until generation 1 serves.
start_wrapped() {
    local name=$1
    shift
    start "$name" env LD_PRELOAD="$LIBGRACE" "$@"
    wait_until 20 settled "$PID" 1 || dump_log
}

dump_log() {
    tail -n 40 "$LOG" >&2
    return 1
}

log_has() {
    grep -Eq -- "$1" "$LOG"
}

# log_lacks REGEX: else the end of the log is shown.
log_lacks() {
    ! log_has "$1" || dump_log
}

# status PID: one line of JSON.
status() {
    "$GRACE" status --json "$1" 2>/dev/null
}

# lone_generation PID: sets GENERATION to the one that serves, if no other is left. Asked often
# while the machine is busy, so it starts one program only.
lone_generation() {
    local json inner
    json=$(status "$1") || return 1
    json=${json// /}
    [[ $json =~ '"state":"serving","generation":'([0-9]+),'"generations":['([^]]*)']' ]] || return 1
    GENERATION=${BASH_REMATCH[1]} inner=${BASH_REMATCH[2]}
    [[ $inner == '{"generation":'$GENERATION,*'"state":"serving"'* && $inner != *'},{'* ]]
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

# connections_are 'N...': of each generation, the oldest first.
connections_are() {
    [[ $(status "$PID" | grep -oE '"connections":[0-9]+' | tr -dc '0-9\n' | paste -sd ' ') == "$1" ]]
}

rolled_back() {
    [[ $(status_number "$1" rolled_back) == "$2" ]]
}

# found_again: sets PID to the new supervisor of the server whose name is web; it goes into STARTED.
found_again() {
    local pid
    pid=$(status web | grep -oE '"pid":[0-9]+' | head -n 1 | grep -oE '[0-9]+') && [[ $pid ]] &&
        PID=$pid && STARTED+=("$pid")
}

# The main process of the only generation.
server_pid() {
    status "$1" | grep -oE '"generations": ?\[.*' | grep -oE '"pid": ?[0-9]+' | head -n 1 |
        grep -oE '[0-9]+$'
}

# restart_and_wait PID: SIGHUP, until a later generation serves alone.
restart_and_wait() {
    wait_until 30 lone_generation "$1" || return 1
    kill -HUP "$1"
    wait_until 30 settled_beyond "$1" "$GENERATION" || {
        status "$1" >&2
        dump_log
    }
}

# ready_ms GENERATION: how long it took until it was ready.
ready_ms() {
    sed -n "s/.*generation $1 ready in \([0-9]*\) ms.*/\1/p" "$LOG"
}

starts() {
    grep -c 'generation [0-9]* starting' "$LOG"
}

# signalled COMMAND...: SIGHUP to each process that it prints, at once, is one restart; unless the
# machine stood still meanwhile: handlers that run half a second late ask once more. Then again.
signalled() {
    local before pids took try
    for try in first second third; do
        wait_until 10 lone_generation "$PID"
        before=$(starts || true)
        mapfile -t pids < <("$@")
        uptime_ms
        took=-$UPTIME_MS
        kill -HUP "${pids[@]}"
        uptime_ms
        took=$((took + UPTIME_MS))
        wait_until 20 settled_beyond "$PID" "$GENERATION"
        (($(starts) - before != 1)) || return 0
        ((LONGEST_STEP > 250 || took > 250)) || break
    done
    fail "the $try try: $(($(starts) - before)) restarts" "$(<"$LOG")"
}

# refuses HOST PORT, or what else says to load how to ask: nobody listens there.
refuses() {
    [[ $("$LOAD" -c 1 -n 1 "$@") == *$'\nrefused 1\n'* ]]
}

# load_start [OPTION...] HOST PORT: clients that go on until load_finish; returns after the first
# answer.
load_start() {
    rm -f "$BATS_TEST_TMPDIR/until"
    truncate -s 0 "$BATS_TEST_TMPDIR/load.out" "$BATS_TEST_TMPDIR/load.err"
    "$LAUNCH" --setsid --stdin /dev/null --stdout "$BATS_TEST_TMPDIR/load.out" \
        --stderr "$BATS_TEST_TMPDIR/load.err" -- \
        "$LOAD" -c 8 -t 240 --until "$BATS_TEST_TMPDIR/until" "$@" &
    LOAD_PID=$!
    STARTED+=("$LOAD_PID")
    wait_until 10 grep -q first_ms "$BATS_TEST_TMPDIR/load.out" ||
        { cat "$BATS_TEST_TMPDIR/load.err" >&2 && return 1; }
}

# load_finish: fails if a single request failed.
load_finish() {
    local rc=0
    touch "$BATS_TEST_TMPDIR/until"
    wait "$LOAD_PID" || rc=$?
    cat "$BATS_TEST_TMPDIR/load.out" "$BATS_TEST_TMPDIR/load.err" >&2
    return $rc
}

# load_value KEY: of the summary.
load_value() {
    sed -n "s/^$1 //p" "$BATS_TEST_TMPDIR/load.out"
}

# at_most KEY LIMIT: of the summary, which has decimals.
at_most() {
    awk -v got="$(load_value "$1")" -v limit="$2" 'BEGIN { exit got == "" || got + 0 > limit }' ||
        fail "$1 is $(load_value "$1"), more than $2"
}

# answers_match REGEX: some answer of the last load looks like this.
answers_match() {
    grep -Eq "^answer $1 [0-9]+\$" "$BATS_TEST_TMPDIR/load.out" ||
        fail "no answer looks like $1"
}

fds_of() {
    find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n' | sort -n
}

# processes: a line "PID PARENT SESSION" for each that is not a zombie.
processes() {
    ps -eo pid=,ppid=,sess=,stat= | awk '$4 !~ /^Z/ { print $1, $2, $3 }'
}

# tree_of PID: it and all its descendants, a line each.
tree_of() {
    processes | awk -v root="$1" '
        { parent[$1] = $2 }
        function below(pid) { return pid == root || (pid in parent && below(parent[pid])) }
        END { for (pid in parent) if (below(pid)) print pid }' | sort -n
}

# tree_has PID COUNT: masters start their workers one by one.
tree_has() {
    (($(tree_of "$1" | wc -l) == $2))
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

# answered: somebody answers on $PORT.
# shellcheck disable=SC2153 # the test sets PORT
answered() {
    "$LOAD" -c 1 -n 20 127.0.0.1 "$PORT" >/dev/null 2>&1
}

# hold: one more connection to $PORT, which says nothing; its descriptor is the last of HELD.
hold() {
    local fd
    exec {fd}<>"/dev/tcp/127.0.0.1/$PORT"
    HELD+=("$fd")
}

# accepted CLIENT COUNT: so many connections of this process to $PORT have reached a server: no process
# has the other end of one that waits in the queue, which is anybody's.
# shellcheck disable=SC2153 # the test sets PORT
accepted() {
    local ends
    ends=$(ss -tnpH state established "dport = :$PORT" |
        awk -v client="pid=$1," 'index($0, client) { print $3 }')
    [[ -n $ends ]] &&
        (($(ss -tnpH state established "sport = :$PORT" | grep pid= | grep -cwF -- "$ends") == $2))
}

# stopped PID: kill() does not wait until it is.
stopped() {
    [[ $(cat "/proc/$1/stat") == *') T '* ]]
}

# ended PID: a zombie has, too.
ended() {
    [[ ! -d /proc/$1 || $(cat "/proc/$1/stat" 2>/dev/null) == *') Z '* ]]
}

# all_ended PID...
all_ended() {
    local pid
    for pid; do
        ended "$pid" || return 1
    done
}

# ends_with STATUS [PID]: what was started, soon.
ends_with() {
    local pid=${2-$PID} rc=0
    wait_until 20 ended "$pid" || dump_log || return
    wait "$pid" || rc=$?
    ((rc == $1)) || fail "exit status $rc" "$(<"$LOG")"
}

# stopped_listening GENERATION: no process of it listens on $PORT any more. One that serves beside it
# is needed.
# shellcheck disable=SC2153 # the test sets PORT
stopped_listening() {
    local main tree listening
    main=$(main_of "$1") &&
        tree=$(tree_of "$main" | paste -sd '|') && listening=$(ss -tlnpH "sport = :$PORT") &&
        [[ $listening == *pid=* && ! $listening =~ pid=($tree), ]]
}

# group_members: each socket that listens on $PORT, by its inode.
# shellcheck disable=SC2153 # the test sets PORT
group_members() {
    ss -tlneH "sport = :$PORT" | grep -o 'ino:[0-9]*' | sort
}

group_has() {
    (($(group_members | wc -l) == $1))
}

# with_dev_log COMMAND...: with a /dev/log that is $BATS_TEST_TMPDIR/log.sock.
with_dev_log() {
    local dev=$BATS_TEST_TMPDIR/dev node
    mkdir "$dev"
    mount -t tmpfs none "$dev"
    for node in null zero tty urandom; do
        touch "$dev/$node"
        mount --bind "/dev/$node" "$dev/$node"
    done
    touch "$dev/log"
    mount --bind "$BATS_TEST_TMPDIR/log.sock" "$dev/log"
    mount --move "$dev" /dev
    exec "$@"
}

# Kilobytes that belong to the process alone.
anonymous_kb() {
    awk '/^RssAnon:/ { print $2 }' "/proc/$1/status"
}

# leftovers: what STARTED stands for: its sessions and trees. Numbers come round in minutes while
# tests run: one that has become a process of another test, beside this one, is not below its CORRAL.
leftovers() {
    ((${#STARTED[@]})) || return 0
    processes | awk -v roots="${STARTED[*]}" -v corral="${CORRAL-}" '
        BEGIN { n = split(roots, list); for (i = 1; i <= n; i++) root[list[i]] = 1 }
        { parent[$1] = $2; session[$1] = $3 }
        function ours(pid) {
            return pid in root || session[pid] in root || (pid in parent && ours(parent[pid]))
        }
        function below(pid) { return pid == corral || (pid in parent && below(parent[pid])) }
        END { for (pid in parent) if (ours(pid) && (corral == "" || below(pid))) print pid }'
}

kill_leftovers() {
    local pids
    mapfile -t pids < <(leftovers)
    ((${#pids[@]} == 0)) && return 0
    # What leaves its session and its parent later is still known by its number.
    STARTED+=("${pids[@]}")
    kill -KILL "${pids[@]}" 2>/dev/null || true # who has gone meanwhile; the next look tells
    return 1
}

# Nothing survives, drained or not.
stop_all() {
    wait_until 10 kill_leftovers
    wait 2>/dev/null || true # how they ended is no matter: the test has looked
    STARTED=()
}

teardown() {
    stop_all
}
