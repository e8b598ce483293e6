# SPDX-License-Identifier: ISC
# Tools that look for a service by its program find the process that they have started.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    PROGRAM=$(readlink -f "$PYTHON")
    PIDFILE=$BATS_TEST_TMPDIR/pid
    PORT=$(grace_free_port)
    export GRACE_LOG=$BATS_TEST_TMPDIR/log
}

ssd() {
    start-stop-daemon --pidfile "$PIDFILE" "$@"
}

# As an init script does; a program of its own (default: python).
ssd_start() {
    ssd --start --oknodo --background --make-pidfile --exec "${1:-$PROGRAM}" --startas /usr/bin/env -- \
        LD_PRELOAD="$LIBGRACE" "${1:-$PROGRAM}" -m http.server --bind 127.0.0.1 "$PORT"
}

answered() {
    (: <>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

# started: sets PID
started() {
    grace_wait 20 test -s "$PIDFILE"
    PID=$(<"$PIDFILE")
    grace_wait 20 settled "$PID" 1
}

words_of() {
    mapfile -d '' -t WORDS <"/proc/$1/cmdline"
}

# looks_like_its_server: as its first generation does, to whoever looks into /proc.
looks_like_its_server() {
    local main words
    main=$(server_pid "$PID")
    [[ $(readlink "/proc/$PID/exe") == $(readlink "/proc/$main/exe") ]]
    [[ $(<"/proc/$PID/comm") == $(<"/proc/$main/comm") ]]
    words_of "$main"
    words=("${WORDS[@]}")
    words_of "$PID"
    [[ ${WORDS[*]@Q} == "${words[*]@Q}" ]]
}

@test "start-stop-daemon: status, a second start, HUP, stop" {
    ssd_start
    started
    ssd --status --exec "$PROGRAM"
    ssd_start
    [[ $(<"$PIDFILE") == "$PID" ]]
    for generation in 2 3; do
        ssd --stop --signal HUP --exec "$PROGRAM"
        grace_wait 20 settled "$PID" "$generation"
    done
    ssd --stop --retry TERM/20 --exec "$PROGRAM"
    grace_wait 5 gone "$PID"
    run ! ssd --status --exec "$PROGRAM"
    run ! answered
}

@test "start-stop-daemon: the program was replaced by a new version" {
    cp "$PROGRAM" "$BATS_TEST_TMPDIR/program"
    ssd_start "$BATS_TEST_TMPDIR/program"
    started
    cp "$PROGRAM" "$BATS_TEST_TMPDIR/new"
    mv "$BATS_TEST_TMPDIR/new" "$BATS_TEST_TMPDIR/program"
    ssd --stop --signal HUP --exec "$BATS_TEST_TMPDIR/program"
    grace_wait 20 settled "$PID" 2
    ssd --status --exec "$BATS_TEST_TMPDIR/program"
    ssd --stop --retry TERM/20 --exec "$BATS_TEST_TMPDIR/program"
    grace_wait 5 gone "$PID"
}

@test "pidof finds the process that was started" {
    cp "$SERVER" "$BATS_TEST_TMPDIR/served"
    for way in preload run; do
        if [[ $way == preload ]]; then
            start_wrapped "$way" "$BATS_TEST_TMPDIR/served" --listen "127.0.0.1:$PORT"
        else
            start_settled "$way" "$GRACE" run -- "$BATS_TEST_TMPDIR/served" --listen "127.0.0.1:$PORT"
        fi
        [[ " $(pidof served) " == *" $PID "* ]]
        looks_like_its_server
        stop_and_wait "$PID"
    done
}

@test "a script is what it is without grace: its interpreter, its own name" {
    put "$BATS_TEST_TMPDIR/script" <<<"#!$PROGRAM -u
import sys, http.server
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()"
    start_wrapped script "$BATS_TEST_TMPDIR/script" "$PORT" '' 'two words'
    [[ $(<"/proc/$PID/comm") == script ]]
    looks_like_its_server
    restart_times 2
}

@test "a command that is looked up in PATH" {
    cp "$SERVER" "$BATS_TEST_TMPDIR/served"
    PATH=/nonexistent:$BATS_TEST_TMPDIR:$PATH
    start_settled run "$GRACE" run -- served --listen "127.0.0.1:$PORT"
    [[ $(<"/proc/$PID/comm") == served ]]
    looks_like_its_server
}

@test "an auditor of the user's own is the server's, not ours" {
    start_settled audited env LD_AUDIT=/nonexistent.so LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    [[ $(readlink "/proc/$PID/exe") == "$LIBGRACE" ]]
    tr '\0' '\n' <"/proc/$(server_pid "$PID")/environ" | grep -x LD_AUDIT=/nonexistent.so
}

@test "the server's environment and descriptors are those without it" {
    start_server
    tr '\0' '\n' <"/proc/$(server_pid "$PID")/environ" >"$BATS_TEST_TMPDIR/environment"
    run ! grep -E '^(LD_AUDIT|GRACE_AUDITOR)=' "$BATS_TEST_TMPDIR/environment"
    [[ $(fds_of "$PID") != *arguments* ]]
}
