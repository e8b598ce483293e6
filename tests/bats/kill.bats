# SPDX-License-Identifier: ISC
# SIGKILL for each party at each step: clients lose what that process held and nothing else, and no
# process is left behind.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    FINISH=$BATS_TEST_TMPDIR/finish
    export GRACE_SETTLE=200ms
}

# start_app [OPTION...]: under load.
start_app() {
    install_app "$@"
    start_wrapped app "$APP"
    [[ $* != *prefork* ]] || grace_wait 10 session_has 5
    load_start --rate 400 "http://127.0.0.1:$PORT/"
}

# asks CLIENT: it is connected, to whomever.
asks() {
    ss -tnpH state established "dport = :$PORT" | grep -q "pid=$1,"
}

session_has() {
    (($(session_of "$PID" | wc -l) == $1))
}

# begin_slow_start: generation 2 does not come to serve while the test lasts.
begin_slow_start() {
    install_app --start-ms 30000
    hup_until 5 log_has 'generation 2 starting'
}

# serves_under_load: after what has just been done, too.
serves_under_load() {
    load_finish
    load_start --rate 400 "http://127.0.0.1:$PORT/"
    load_finish
}

# While it still listens the old generation may take one more client.
only_drains() {
    stopped_listening 1 && draining_one_connection
}

@test "the supervisor, while it serves: the server goes on, and is stopped as any" {
    for model in single prefork threads; do
        start_app --model "$model"
        mapfile -t servers < <(members_of 1)
        kill_supervisor
        serves_under_load
        kill -TERM "${servers[0]}"
        grace_wait 5 session_is_empty "$PID"
        rm "$LOG"
    done
}

@test "the supervisor, while it starts a generation: clients see nothing" {
    start_app
    begin_slow_start
    mapfile -t servers < <(members_of 1 && members_of 2)
    kill_supervisor
    serves_under_load
    kill -TERM "${servers[@]}"
    grace_wait 5 session_is_empty "$PID"
}

@test "the supervisor, while one drains: answers in progress are finished" {
    start_app --slow-until "$FINISH"
    slow_client 1
    hup_until 5 draining_one_connection
    mapfile -t servers < <(members_of 1 && members_of 2)
    kill_supervisor
    touch "$FINISH"
    client_answered
    load_finish
    kill -TERM "${servers[@]}"
    grace_wait 5 session_is_empty "$PID"
}

@test "a supervisor after one that was killed" {
    start_app
    mapfile -t servers < <(members_of 1)
    kill_supervisor
    load_finish
    run -3 "$GRACE" status "$PID"
    kill -KILL "${servers[@]}"
    grace_wait 5 session_is_empty "$PID"
    start_app
    restart_and_wait "$PID"
    load_finish
}

@test "the new generation, while it starts" {
    for model in single prefork; do
        start_app
        begin_slow_start
        kill -KILL "$(main_of 2)"
        grace_wait 5 rolled_back "$PID" 1
        log_has 'rolled back: killed by signal 9 \(Killed\) after [0-9]+ ms'
        install_app --model "$model"
        restart_and_wait "$PID"
        load_finish
        kill -KILL "$PID"
        grace_wait 5 session_is_killed "$PID"
        rm "$LOG"
    done
}

@test "the main process of a new generation whose workers serve already" {
    local other
    other=$(grace_free_port)
    export GRACE_SETTLE=10s
    start_app --listen "127.0.0.1:$other"
    install_app --model prefork
    hup_until 5 workers_accept
    kill -KILL "$(main_of 2)"
    grace_wait 5 rolled_back "$PID" 1
    grace_wait 10 lone_generation "$PID"
    load_finish
    grace_wait 5 session_has 2
}

workers_accept() {
    [[ $(status "$PID") =~ \"generation\":2,\"pid\":[0-9]+,\"state\":\"starting\",\"processes\":4,\"connections\":[0-9]+,\"accepted\":[1-9] ]]
}

@test "the old generation, while it drains: its connections alone are lost" {
    start_app --slow-ms 20000
    slow_client 1
    hup_until 10 only_drains
    mapfile -t servers < <(members_of 1)
    kill -KILL "${servers[@]}"
    grace_wait 5 settled "$PID" 2
    load_finish
    ends_with 1 "$CLIENT"
}

@test "the main process of a draining prefork server: its workers finish" {
    start_app --slow-until "$FINISH" --model prefork
    slow_client 1
    hup_until 5 draining_one_connection
    main=$(main_of 1)
    kill -KILL "$main"
    grace_wait 5 ended "$main"
    touch "$FINISH"
    client_answered
    grace_wait 5 settled "$PID" 2
    load_finish
    grace_wait 10 session_has 5
}

@test "the server: its end is that of the supervisor, and a next generation goes with it" {
    start_app
    begin_slow_start
    kill -KILL "$(members_of 1)"
    ends_with 137
    grace_wait 5 session_is_empty "$PID"
}

@test "the main process of a prefork server: the workers live on, as without us" {
    start_app --model prefork
    mapfile -t servers < <(members_of 1)
    kill -KILL "${servers[0]}"
    ends_with 137
    load_finish
    session_has 3
    grace_wait 5 session_is_killed "$PID"
}

# Requests that it had in hand are lost with it.
@test "a worker: the others serve, and a restart is as any other" {
    start_app --model prefork
    kill -KILL "$(members_of 1 | tail -n 1)"
    load_finish || (($(grace_load_value failed) <= 8))
    restart_under_load 1 --rate 400 "http://127.0.0.1:$PORT/"
    grace_wait 10 session_has 5
}

@test "the old generation in a probation: the new one stays" {
    export GRACE_PROBATION=30s
    start_app
    hup_until 5 log_has 'generation 2 ready'
    kill -KILL "$(members_of 1)"
    grace_wait 5 settled "$PID" 2
    kill -KILL "$(members_of 2)"
    ends_with 137
}

@test "SIGSTOP for the old generation, while it drains: it is killed in time" {
    export GRACE_DRAIN_TIMEOUT=5s GRACE_STOP_TIMEOUT=500ms
    start_app --slow-ms 20000
    slow_client 1
    hup_until 4 only_drains
    kill -STOP "$(members_of 1)"
    grace_wait 10 settled "$PID" 2
    log_has 'generation 1: drain deadline reached, 1 connection cut'
    load_finish
}

@test "SIGSTOP for a server that is to drain: the new one serves its clients" {
    export GRACE_DRAIN_TIMEOUT=2s GRACE_STOP_TIMEOUT=500ms
    install_app
    start_wrapped app "$APP"
    kill -STOP "$(members_of 1)"
    client_start clients --clients half=8 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 5 asks "$CLIENT"
    hup_until 10 settled "$PID" 2
    client_ends
}
