# SPDX-License-Identifier: ISC
# Nothing that the supervisor waits for is forgotten, however much there is of it.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/helper
load hostile

# restarts_with_client COUNT: each leaves a generation behind that has a client.
restarts_with_client() {
    local c i
    CLIENTS=()
    for ((i = 0; i < $1; i++)); do
        exec {c}<>"/dev/tcp/127.0.0.1/$PORT" || return
        CLIENTS+=("$c")
        echo ping >&"$c"
        read -r _ <&"$c" || fail 'no answer' || return
        "$GRACE" restart "$PID" >"$BATS_TEST_TMPDIR/restart" 2>&1 ||
            fail "$(<"$BATS_TEST_TMPDIR/restart")" || return
    done
}

@test "70 generations drain, and all go with their clients" {
    export GRACE_MAX_OLD=100 GRACE_DRAIN_TIMEOUT=none
    hostile_start
    restarts_with_client 70
    (($(status "$PID" | grep -o '"state":"draining"' | wc -l) == 70))
    for c in "${CLIENTS[@]}"; do
        exec {c}>&-
    done
    wait_until 60 settled "$PID" 71
    ! log_has 'rolled back|cut' || dump_log
}
