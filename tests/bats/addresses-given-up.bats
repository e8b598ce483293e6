# SPDX-License-Identifier: ISC
# A new version that does not serve an address of the old one: whoever asked for the restart learns
# so, and --require-listeners makes it a rollback.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    export GRACE_SETTLE=200ms
    OTHER=$(grace_free_port)
}

# both: a version that serves the two; one PORT: one that serves this.
both() {
    version <<<"threads([listening($PORT), listening($OTHER)], answering('both'))"
}

one() {
    version <<<"serve(listening($1), body='one')"
}

start_both() {
    both
    start web "$GRACE" run "$@" -- "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
    grace_wait 20 settled "$PID" 1 || dump_log
}

# restart_fails REGEX: this one does, and says why.
restart_fails() {
    run -1 "$GRACE" restart "$PID"
    [[ $output =~ $1 ]] || fail "$output"
}

@test "grace restart and grace status name the address" {
    start_both
    one "$PORT"
    run -0 "$GRACE" restart "$PID"
    [[ $output == *"tcp 127.0.0.1:$OTHER is not served by generation 2: its queue is emptied"* ]] ||
        fail "$output"
    [[ $(status "$PID") == *",\"unserved\":[\"tcp 127.0.0.1:$OTHER\"],"* ]] || fail "$(status "$PID")"
    run -0 "$GRACE" status "$PID"
    [[ $output == *"unserved  tcp 127.0.0.1:$OTHER"* ]] || fail "$output"
    both
    restarted
    [[ $(status "$PID") == *',"unserved":[],'* ]] || fail "$(status "$PID")"
}

@test "--require-listeners: the version is rolled back, and the address named" {
    start_both --require-listeners
    hammer "127.0.0.1 $PORT" "127.0.0.1 $OTHER"
    one "$PORT"
    restart_fails "failed: it does not serve tcp 127.0.0.1:$OTHER \(GRACE_REQUIRE_LISTENERS\)"
    one "$(grace_free_port)"
    restart_fails "it does not serve tcp 127.0.0.1:[0-9]+, tcp 127.0.0.1:[0-9]+ \("
    both
    restarted
    hammer_finish
    [[ $(status "$PID") == *'"restarts":{"done":1,"rolled_back":2,'* ]] || fail "$(status "$PID")"
}

@test "an SO_REUSEPORT group that has become smaller serves its address" {
    local options='[(ANY, socket.SO_REUSEPORT, 1)]'
    version <<<"threads([listening($PORT, $options) for _ in range(3)], answering('3'))"
    GRACE_REQUIRE_LISTENERS=on start_installed
    version <<<"threads([listening($PORT, $options) for _ in range(2)], answering('2'))"
    run -0 "$GRACE" restart "$PID"
    [[ $output == *"a socket of tcp 127.0.0.1:$PORT is not taken by generation 2"* ]] || fail "$output"
    [[ $(status "$PID") == *',"unserved":[],'* ]] || fail "$(status "$PID")"
}

@test "in sequential mode the address refuses, and the restart says so" {
    start_both --mode sequential
    one "$PORT"
    run -0 "$GRACE" restart "$PID"
    [[ $output == *"tcp 127.0.0.1:$OTHER is not served by generation 2"* ]] || fail "$output"
    grace_wait 10 refuses "http://127.0.0.1:$OTHER/"
    answers one 127.0.0.1 "$PORT"
}

@test "in sequential mode with --require-listeners the next version is tried again" {
    start_both --mode sequential --require-listeners
    one "$PORT"
    restart_fails "failed: it does not serve tcp 127.0.0.1:$OTHER"
    both
    grace_wait 30 answers both 127.0.0.1 "$OTHER"
}

@test "what a version that is not ready has not taken over is named, as far as there is room" {
    local ports=()
    for _ in {1..12}; do ports+=("$(grace_free_port)"); done
    export GRACE_READY_TIMEOUT=1s
    version <<<"threads([listening(int(port)) for port in '${ports[*]}'.split()], answering('many'))"
    start_installed
    version <<<"time.sleep(1000)"
    restart_fails "0 of 12 listeners adopted, not tcp 127.0.0.1:${ports[0]}, .* and [0-9]+ more; 0 waited on"
}
