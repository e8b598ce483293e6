# SPDX-License-Identifier: ISC
# Whatever a server does with a connection, its generation lives as long as the connection and no
# longer, and the status tells how many there are.
load scripted

# Those that say nothing are to stay where they were accepted.
export GRACE_KEEPALIVE=off

HANDOVER=$BUILD/tests/servers/handover

# echoes N: the Nth held connection, from 0, is served.
echoes() {
    local line fd=${HELD[$1]}
    printf 'hello %s\n' "$fd" >&"$fd"
    read -r -t 10 -u "$fd" line || fail "connection $1 was cut"
    [[ $line == "hello $fd" ]]
}

# prepared COUNT: so many generations have ended the threads that were in accept() before, which
# would take a connection and do nothing with it.
prepared() {
    (($(grep -c '^handover: prepared' "$LOG") == $1))
}

# counts WAY: a connection of the old generation is served to its end, and with it ends that.
counts() {
    start_wrapped server "$HANDOVER" "$PORT" "$1" "$BATS_TEST_TMPDIR/gate"
    grace_wait 10 prepared 1
    preconnect
    grace_wait 5 holds 1 1 || fail "$(status "$PID")"
    hup_until 10 serves 2
    grace_wait 5 holds 1 1 || fail "$(status "$PID")"
    holds 2 0
    grace_wait 10 stopped_listening 1
    grace_wait 10 prepared 2
    preconnect # is the new one's
    touch "$BATS_TEST_TMPDIR/gate"
    echoes 0
    echoes 1
    grace_wait 10 holds 1 1
    grace_wait 10 holds 2 1
    drop 0
    grace_wait 10 settled "$PID" 2 || fail "$(status "$PID")"
    echoes 1
    drop 1
    grace_wait 10 holds 2 0
    log_lacks 'killed|cut'
}

@test "dup" { counts dup; }
@test "dup2" { counts dup2; }
@test "dup3 onto a number in use" { counts dup3; }
@test "fcntl(F_DUPFD_CLOEXEC)" { counts dupfd; }
@test "closefrom" { counts closefrom; }
@test "close_range" { counts close_range; }
@test "a child that ends without a close" { counts fork; }
@test "parent and child have it" { counts fork-both; }
@test "a child by the system call alone" { counts clone; }
@test "clone() of libc" { counts libc-clone; }
@test "fork and /bin/cat" { counts cat; }
@test "vfork and /bin/cat" { counts vfork-cat; }
@test "posix_spawn of /bin/cat" { counts spawn-cat; }
@test "system" { counts system; }
@test "in flight between processes" { counts flight; }
@test "threads cancelled in accept" { counts cancel; }

@test "helpers that keep the shim" {
    export GRACE_CHILDREN=keep
    counts cat
}

# holder: a process of generation 1 that has an accepted connection.
holder() {
    local tree
    tree=$(tree_of "$OLD" | paste -sd '|')
    ss -tnpH state established "sport = :$PORT" | grep -oE "pid=($tree)," | grep -oE '[0-9]+' | head -n 1
}

@test "a worker that is killed takes its connections out of the count" {
    start_server --model prefork
    OLD=$(server_pid "$PID")
    preconnect && preconnect && preconnect
    grace_wait 5 holds 1 3
    hup_until 10 serves 2
    # The master replaces each of them, and the new ones don't accept.
    while holder=$(holder) && [[ $holder ]]; do
        kill -KILL "$holder"
        grace_wait 5 eval "! [[ -d /proc/$holder ]]"
    done
    grace_wait 5 settled "$PID" 2 || fail "$(status "$PID")"
    log_lacks 'deadline'
}

@test "a killed worker's connections are gone while the generation serves" {
    start_server --model prefork
    OLD=$(server_pid "$PID")
    hold_one
    kill -KILL "$(holder)"
    grace_wait 5 holds 1 0
    restart_under_load 1 --rate 500 "http://127.0.0.1:$PORT/"
}

@test "many connections over several restarts are counted one by one" {
    local i
    start_server --model threads
    for ((i = 0; i < 50; i++)); do
        preconnect
    done
    grace_wait 5 holds 1 50
    hup_until 10 serves 2
    grace_wait 10 stopped_listening 1
    for ((i = 0; i < 25; i++)); do
        preconnect
    done
    grace_wait 5 holds 2 25
    holds 1 50
    for ((i = 0; i < 49; i++)); do
        drop "$i"
    done
    grace_wait 5 holds 1 1
    drop 49
    grace_wait 5 settled "$PID" 2
    holds 2 25
}

# drains_at_once: the old generation, in a restart; if the machine does not stand still meanwhile.
drains_at_once() {
    local try
    for try in first second third; do
        restart_and_wait "$PID"
        ! log_has "generation $((GENERATION - 1)) drained in [0-9]{1,3} ms" || return 0
        # shellcheck disable=SC2154 # grace_wait sets it
        ((grace_longest_look > 250)) || break
    done
    fail "the $try try:" "$(<"$LOG")"
}

@test "connections on their way between new processes don't keep the old ones" {
    start_server --pass scm
    load_start "http://127.0.0.1:$PORT/"
    drains_at_once
    drains_at_once
    load_finish
    log_lacks 'deadline'
}

# goes_on WAY: it serves one connection after the other.
goes_on() {
    start_wrapped server "$HANDOVER" "$PORT" "$1"
    for i in 0 1 2; do
        preconnect
        echoes "$i"
        drop "$i"
    done
}

@test "a child of clone() closes the listener: its parent's epoll still has it" {
    goes_on libc-clone
}
@test "a child by the system call alone closes it, too" { goes_on clone-epoll; }

# keeps HOW: what its processes count of connections that are none any more keeps no generation.
keeps() {
    export GRACE_DRAIN_TIMEOUT=none
    start_wrapped keeping "$PYTHON" "$ROOT/tests/servers/keeping.py" "$PORT" "$1"
    requests -c new=2 -n 6 "http://127.0.0.1:$PORT/"
    hup_until 60 settled "$PID" 2 || dump_log
    log_has 'generation 1 drained'
}

@test "a descriptor whose connection both ends have left keeps nobody" {
    keeps goodbye
}

@test "a number that has become another file's, unseen, keeps nobody" {
    keeps number
}

@test "one connection that lives keeps all that its process counts" {
    export GRACE_DRAIN_TIMEOUT=none
    start_wrapped keeping "$PYTHON" "$ROOT/tests/servers/keeping.py" "$PORT" goodbye
    requests -c new=2 -n 6 "http://127.0.0.1:$PORT/"
    preconnect
    printf 'GET /hold HTTP/1.0\r\n\r\n' >&"${HELD[0]}"
    grace_wait 5 holds 1 1
    hup_until 10 log_has 'generation 1 draining'
    grace_wait 10 stopped_listening 1
    requests -c new=2 -n 6 "http://127.0.0.1:$PORT/"
    uptime_ms
    local since=$UPTIME_MS
    long_enough() { uptime_ms && ((UPTIME_MS - since > 4500)) || ! holds 1 1; }
    grace_wait 20 long_enough
    holds 1 1 || dump_log
    drop 0
    grace_wait 60 settled "$PID" 2 || dump_log
}
