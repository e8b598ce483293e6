# SPDX-License-Identifier: ISC
# GRACE_WORKERS: several copies of a server on the same listeners. A restart replaces them one by
# one, never fewer serve, and their number can be changed.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    export GRACE_WORKERS=3 GRACE_SETTLE=300ms
}

# serving N: so many workers serve, and no other generation is there.
serving() {
    local all
    all=$(status "$PID" | grep -o '{"generation":' | wc -l)
    [[ $(status_number "$PID" serving) == "$1" && $all == "$1" ]]
}

# start_workers COMMAND...: all serve.
start_workers() {
    start server env LD_PRELOAD="$LIBGRACE" "$@"
    grace_wait 20 serving "$GRACE_WORKERS" || dump_log
}

# version_says EXPRESSION: of python; what the server answers.
version_says() {
    version <<END
import os
serve(listening($PORT), body=$1)
END
}

start_numbered() {
    version_says 'os.environ["GRACE_WORKER"]'
    start_workers "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
}

# numbers: of those that serve. Who is asked by a client is for the kernel to say.
numbers() {
    local pid
    for pid in $(status "$PID" | grep -oP '"generation":\d+,"pid":\K\d+'); do
        tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^GRACE_WORKER=//p'
    done | sort | paste -sd ' '
}

# all_say TEXT: whoever is asked.
all_say() {
    local i
    for ((i = 0; i < 10; i++)); do
        answers "$1" 127.0.0.1 "$PORT"
    done
}

# restart_that_fails_at_2: it depends on who it is, as one that needs a port of its own for each does.
restart_that_fails_at_2() {
    version <<END
import os
if os.environ["GRACE_WORKER"] == "2":
    raise SystemExit(3)
serve(listening($PORT), body="new")
END
    "$GRACE" restart "$PID"
}

# lighttpd_workers: packaged, with all three.
lighttpd_workers() {
    echo one >"$BATS_TEST_TMPDIR/index.html"
    cat >"$BATS_TEST_TMPDIR/conf" <<END
server.bind = "127.0.0.1"
server.port = $PORT
server.document-root = "$BATS_TEST_TMPDIR"
index-file.names = ("index.html")
END
    start_workers lighttpd -D -f "$BATS_TEST_TMPDIR/conf"
}

@test "each has its number, and who replaces it has the same" {
    start_numbered
    [[ $(numbers) == '1 2 3' ]]
    "$GRACE" restart "$PID"
    log_has 'generation 4 starting, worker 1 of 3' && log_has 'generation 6 starting, worker 3 of 3'
    grace_wait 20 serving 3
    [[ $(numbers) == '1 2 3' && $(body 127.0.0.1 "$PORT") == [123] ]]
}

@test "lighttpd: restarts, one more and one fewer, under load" {
    local i
    lighttpd_workers
    load_start "http://127.0.0.1:$PORT/"
    for i in 1 2 3; do
        "$GRACE" restart "$PID"
    done
    run "$GRACE" workers +1 "$PID"
    [[ $status -eq 0 && $output == *"4 workers serve"* ]]
    grace_wait 20 serving 4
    "$GRACE" restart "$PID"
    "$GRACE" workers 2 "$PID"
    grace_wait 20 serving 2
    "$GRACE" restart "$PID"
    load_finish
    grace_wait 20 serving 2
    [[ $(status_number "$PID" "done") == 5 ]]
}

@test "in a restart there are never fewer than wanted" {
    local seen=$BATS_TEST_TMPDIR/seen
    start_numbered
    : >"$seen"
    (while [[ -e $seen ]]; do status_number "$PID" serving; done) >"$seen.counts" &
    "$GRACE" restart "$PID"
    "$GRACE" restart "$PID"
    rm "$seen"
    wait $!
    [[ $(sort -n "$seen.counts" | head -n 1) == 3 ]] || fail "$(sort "$seen.counts" | uniq -c)"
}

@test "a version that fails is rolled back: all go on, and the next restart works" {
    start_numbered
    version <<<'raise SystemExit(3)'
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *"exit status 3"* ]]
    grace_wait 20 serving 3
    [[ $(numbers) == '1 2 3' ]]
    version_says '"new"'
    "$GRACE" restart "$PID"
    all_say new
}

@test "where one fails later the restart ends there, and says how far it has come" {
    start_numbered
    run restart_that_fails_at_2
    [[ $status -eq 1 && $output == *"1 of 3 workers are replaced, the others go on"* ]]
    grace_wait 20 serving 3
    [[ $(numbers) == '1 2 3' ]]
    version_says '"newer"'
    "$GRACE" restart "$PID"
    all_say newer
}

@test "an address that only the old ones serve goes with the last of them" {
    local other
    other=$(grace_free_port)
    version <<<"serve(listening($PORT), listening($other), body='old')"
    start_workers "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
    run restart_that_fails_at_2
    [[ $status -eq 1 && $output == *"1 of 3 workers are replaced"* ]]
    answers old 127.0.0.1 "$other"
    version <<<"serve(listening($PORT), body='new')"
    "$GRACE" restart "$PID"
    all_say new
    log_has "$other is not served by generation"
    grace_wait 10 refuses "http://127.0.0.1:$other/"
}

@test "one that dies is started again, and nobody is refused" {
    start_numbered
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    kill -KILL "$(main_of 2)"
    grace_wait 10 log_has 'generation 2 ended: killed by signal 9.*2 other workers serve, and worker 2 is started again'
    grace_wait 20 serving 3
    grace_load_stop
    at_most failed 1 # what it was about to answer
    [[ $(numbers) == '1 2 3' ]]
}

@test "when all die the server has ended, as the last of them" {
    local all code
    start_numbered
    all=("$(main_of 1)" "$(main_of 2)" "$(main_of 3)")
    kill -STOP "$PID"
    kill -KILL "${all[@]}"
    kill -CONT "$PID"
    code=0
    wait "$PID" || code=$?
    [[ $code -eq 137 ]]
    log_has 'generation [123] ended: killed by signal 9 \(Killed\)$'
}

@test "stop asks each, drain waits for each" {
    start_numbered
    "$GRACE" stop --drain "$PID"
    log_has 'generation 1 drained' && log_has 'generation 2 drained' && log_has 'generation 3 drained'
    grace_wait 10 session_is_empty "$PID"
    start_numbered
    "$GRACE" stop "$PID"
    grace_wait 10 session_is_empty "$PID"
}

@test "after kill -9 of the supervisor the next one has all of them, and restarts them" {
    local one
    export GRACE_NAME=web
    start_numbered
    "$GRACE" workers 4 "$PID"
    one=$(main_of 2)
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    kill_supervisor
    kill -HUP "$one"
    grace_wait 20 found_again
    grace_wait 20 serving 4 || dump_log
    [[ $(numbers) == '1 2 3 4' ]]
    load_finish
    log_has 'generation 8 ready' && log_lacks 'generation 9 starting'
    "$GRACE" stop "$PID"
}

@test "bad numbers, and what can't be several, are refused in one line" {
    start_numbered
    run "$GRACE" workers 0 "$PID"
    [[ $status -eq 2 && $output == *"'0' isn't a number of workers, such as 4, +1 or -1"* ]]
    run "$GRACE" workers -3 "$PID"
    [[ $status -eq 1 && $output == *"there may be 1 to 64 workers, and 3 are wanted now"* ]]
    run env GRACE_WORKERS=0 LD_PRELOAD="$LIBGRACE" sleep 1
    [[ $status -eq 125 && $output == *"GRACE_WORKERS=0: the value must be a number from 1 to 64"* ]]
    run env GRACE_WORKERS=2 GRACE_MODE=sequential LD_PRELOAD="$LIBGRACE" sleep 1
    [[ $status -eq 125 && $output == *"GRACE_WORKERS=2: the value must be 1 with GRACE_MODE=sequential"* ]]
}
