# SPDX-License-Identifier: ISC
# SIGKILL, and machines that have little, where connections change from one generation to the next:
# only what the dead one held ends, and nothing is lost for want of descriptors.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own
load untouched

# start_app_1 [OPTION...]: version 1 is $APP.
start_app_1() {
    install_app --body 'version 1' "$@"
    start_wrapped app "$APP"
    install_app --body 'version 2' "$@"
}

# successor_is_slow: generation 2 is told of who arrives, and accepts when $GATE is there; until then what
# generation 1 has handed over waits for it.
successor_is_slow() {
    local old
    GATE=$BATS_TEST_TMPDIR/gate
    start_version <<<"serve(listening($PORT), body='version 1')"
    silent 1 2
    version <<END
listener = listening($PORT)
listener.setblocking(False) # what would block is accepted before it is told of
select.select([listener], [], [])
wait_for("$GATE")
listener.setblocking(True)
accept_all(listener, answering("version 2"))
END
    old=$(server_pid "$PID")
    hup_until 20 serves 2
    grace_wait 20 gone "$old"
    in_flight 1
}

# in_flight COUNT: so many of the client's connections are no process's.
in_flight() {
    local ends
    ends=$(ss -tnpH state established "dport = :$PORT" | awk -v client="pid=$CLIENT," 'index($0, client) { print $3 }')
    (($(ss -tnpH state established "sport = :$PORT" | grep -v pid= | grep -cwF -- "$ends") == $1))
}

@test "the old generation, while it drains: what it had handed over lives" {
    start_app_1
    half_client 2
    local half=$CLIENT
    silent 3 2
    "$GRACE" restart "$PID"
    grace_wait 10 holds 2 3
    holds 1 2
    kill -KILL "$(main_of 1)"
    grace_wait 20 settled "$PID" 2
    asked
    ends_with 1 "$half"
    answers_with 'version 2'
}

@test "a slow successor: they wait for it, and the old generation ends" {
    successor_is_slow
    touch "$GATE"
    asked
    grace_wait 20 settled "$PID" 2
    handed_over 1 1
}

@test "a successor that dies before it takes them: who is started in its place does" {
    export GRACE_RESPAWN=5/60s
    successor_is_slow
    kill -KILL "$(main_of 2)"
    touch "$GATE"
    grace_wait 20 settled "$PID" 3
    asked
}

@test "a worker of the successor: the others' clients are answered" {
    local victim mine
    start_app_1 --model prefork --wait epoll-exclusive
    silent 12 2 -o json="$BATS_TEST_TMPDIR/json"
    restart_and_wait "$PID"
    handed_over 1 12
    grace_wait 10 connections_are 12
    victim=$(members_of 2 | tail -n 1)
    mine=$(ss -tnpH state established "sport = :$PORT" | grep -c "pid=$victim,") || true
    kill -KILL "$victim"
    grace_wait 10 connections_are $((12 - mine))
    client_asks || ((mine == 12)) # it has ended
    client_has_lost "$mine"
    answers_with 'version 2'
}

# client_has_lost COUNT: of its requests.
client_has_lost() {
    wait "$CLIENT" || true
    grep -qE "^ *\"failed\": *$1,|\"failed\":$1," "$BATS_TEST_TMPDIR/json" || fail "$(<"$BATS_TEST_TMPDIR/json")"
}

# The queues live where the listeners do.
supervisor_dies() {
    local server
    start_app_1 "$@"
    silent 3 2
    restart_and_wait "$PID"
    handed_over 1 3
    server=$(server_pid "$PID")
    kill_supervisor
    PID=$server
    quiet
    asked
    answers_with 'version 2'
}

@test "the supervisor after the restart: the server goes on, epoll" { supervisor_dies --wait epoll-lt; }
@test "the supervisor after the restart: the server goes on, poll" { supervisor_dies --wait poll; }
@test "the supervisor after the restart: the server goes on, select" { supervisor_dies --wait select; }
@test "the supervisor after the restart: the server goes on, accept" {
    supervisor_dies --wait accept --model prefork
}

@test "the supervisor, before the new generation has taken them: it does" {
    successor_is_slow
    kill_supervisor
    touch "$GATE"
    asked
    answers_with 'version 2'
}

# What was started by the one before has no way to it to hand them over.
@test "the supervisor: with the next one they stay where they are" {
    local main
    export GRACE_NAME=web
    start_app_1
    silent 3 2
    restart_and_wait "$PID"
    main=$(main_of 2)
    install_app --body 'version 3'
    kill_supervisor
    kill -HUP "$main"
    grace_wait 20 found_again
    grace_wait 20 serves 3
    holds 2 3
    asked
    grace_wait 20 settled "$PID" 3
    answers_with 'version 3'
}

@test "old and new go on with what they have, and neither spins" {
    local way half
    for way in epoll-lt epoll-et epoll-oneshot poll select; do
        start_app_1 --wait "$way"
        half_client 1 --expect '^version 1$'
        half=$CLIENT
        silent 3 2
        "$GRACE" restart "$PID"
        grace_wait 10 holds 2 3
        quiet
        asked
        client_ends 0 "$half"
        handed_over 1 3
        stop_and_wait "$PID"
    done
}

# many COUNT VERSION OPTION...: of confine.
many() {
    start_settled server "$CONFINE" "${@:3}" env LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT" --bodyfile "$BODY"
    silent "$1" "$2"
    restart_to 2
    asked
    log_lacks 'cut|too many'
}

@test "900 clients, a server of another user, and 1024 descriptors: none is lost" {
    unset GRACE_RUNTIME_DIR XDG_RUNTIME_DIR
    let_everybody_in
    install -d -m 700 -o 54321 "$BATS_TEST_TMPDIR/run"
    install_version 1
    many 900 12 --uid 54321 --files 1024
}

@test "3000 clients: none is lost" {
    install_version 1
    many 3000 2 --files 8192
    handed_over 1 3000
}
