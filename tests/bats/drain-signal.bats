# SPDX-License-Identifier: ISC
# GRACE_DRAIN_SIGNAL: a server is told to end its connections in its own way, once it accepts no more,
# and drains on.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own; the helper sets PORT
load scripted

setup() {
    export GRACE_DRAIN_SIGNAL=USR1 GRACE_DRAIN_TIMEOUT=none
}

# idle_start NAME PROTOCOL: a client of TLS that has been answered, and stays; adds it to IDLE.
idle_start() {
    start_beside "$1" "$PYTHON" "$ROOT/tests/tools/idle_tls.py" "$PORT" "$2"
    IDLE+=("$LAUNCHED")
    grace_wait 10 grep -q answered "$(log_of "$1")"
}

# said NAME WORD...: and nothing else.
said() {
    [[ $(paste -sd ' ' "$(log_of "$1")") == "${*:2}" ]] || fail "$1: $(<"$(log_of "$1")")"
}

# arrived N: so many drain signals.
arrived() {
    (($(grep -c 'SIGUSR1 arrived' "$LOG") == $1))
}

# sent_to GENERATION: once.
sent_to() {
    (($(grep -c "generation $1: sent SIGUSR1, as GRACE_DRAIN_SIGNAL says" "$LOG") == 1))
}

# start_draining: a server that notes the signal, and has a client; generation 2 serves, and 1 has had it.
start_draining() {
    start_noting USR1=note
    hold_one
    hup_until 20 arrived 1
    sent_to 1
}

# start_leaving: a main process that exits by the signal, and its worker, which has a client; sets MAIN.
start_leaving() {
    start_version <<END
import os, signal
listener = listening($PORT)
if os.fork():
    signal.signal(signal.SIGUSR1, lambda *_: os._exit(0))
    while True:
        signal.pause()
serve(listener, body="worker")
END
    half_client 1
    MAIN=$(server_pid "$PID")
}

@test "nginx: HTTP/2 gets a GOAWAY, TLS a close-notify, and nobody waits for who is idle" {
    local i
    make_certificate
    put "$BATS_TEST_TMPDIR/conf" <<END
daemon off; worker_processes 2; pid $BATS_TEST_TMPDIR/pid; error_log $BATS_TEST_TMPDIR/error.log;
events {}
http {
    access_log off; keepalive_timeout 1h;
    server {
        listen 127.0.0.1:$PORT ssl http2; return 200 hello;
        ssl_certificate $CERTIFICATE; ssl_certificate_key $KEY;
    }
}
END
    GRACE_DRAIN_SIGNAL=QUIT start_wrapped nginx nginx -c "$BATS_TEST_TMPDIR/conf"
    load_start --rate 200 "https://127.0.0.1:$PORT/"
    for i in 1 2 3; do
        IDLE=()
        idle_start "h2-$i" h2
        idle_start "tls-$i" http/1.1
        restart_and_wait "$PID" # which no deadline ends
        grace_wait 10 all_ended "${IDLE[@]}"
        said "h2-$i" answered goaway close-notify
        said "tls-$i" answered close-notify
        [[ $(<"$BATS_TEST_TMPDIR/pid") == "$(server_pid "$PID")" ]] # QUIT removes it
    done
    load_finish
    log_has 'generation 3: sent SIGQUIT, as GRACE_DRAIN_SIGNAL says'
}

@test "it comes once, and is no request to end: no time begins with it" {
    export GRACE_STOP_TIMEOUT=0
    start_noting USR1=note TERM=note
    half_client 1
    hup_until 20 arrived 1
    log_lacks 'SIGTERM arrived'
    drains 1
    client_asks
    client_answered
    grace_wait 20 settled "$PID" 2 || dump_log
    arrived 1
    sent_to 1
}

@test "who has no connection does not get it" {
    start_noting USR1=note
    restart_and_wait "$PID"
    log_lacks USR1
}

@test "nor does who goes on after a rollback" {
    export GRACE_PROBATION=60s
    start_noting USR1=note
    hold_one
    hup_until 20 log_has 'generation 2 ready'
    kill -KILL "$(main_of 2)"
    grace_wait 20 settled "$PID" 1 || dump_log
    log_lacks USR1
}

@test "what the main process leaves that ends by it finishes its answers" {
    export GRACE_RESPAWN=on
    start_leaving
    hup_until 20 ended "$MAIN"
    sent_to 1
    serves 2
    drains 1
    client_asks
    client_answered
    grace_wait 20 settled "$PID" 2 || dump_log
    log_lacks 'its main process ended'
}

@test "a server that dies of it is named" {
    start_server --model prefork
    half_client 1
    hup_until 20 log_has 'generation 1: its main process ended while it drained: killed by signal 10'
    client_asks
    client_answered
}

@test "what came with its successor it does not remove as it ends" {
    local key=$BATS_TEST_TMPDIR/key
    start_version <<END
import os, signal
with open("$key", "w") as file:
    file.write("of %d, who serves" % os.getpid())
def leave(*_):
    os.unlink("$key")
    os.write(2, b"SIGUSR1 arrived\\n")
signal.signal(signal.SIGUSR1, leave)
serve(listening($PORT), body="")
END
    hold_one
    hup_until 20 arrived 1
    [[ $(<"$key") == "of $(main_of 2), who serves" ]]
    drop 0
    grace_wait 20 settled "$PID" 2 || dump_log
    [[ -e $key ]]
}

# each_has_one: of two workers.
each_has_one() {
    [[ $(status "$PID" | grep -oE '"connections":[1-9]' | wc -l) == 2 ]]
}

@test "each of several workers gets it as its turn comes" {
    export GRACE_WORKERS=2 GRACE_SETTLE=200ms
    start noting env LD_PRELOAD="$LIBGRACE" "$PYTHON" "$NOTING" "$PORT" USR1=note
    grace_wait 20 number_is serving 2 || dump_log
    # each answers one client at a time: the next one is the other's
    hold
    grace_wait 10 connections_are '1 0' || connections_are '0 1'
    hold
    grace_wait 10 each_has_one
    hup_until 30 arrived 2
    sent_to 1
    sent_to 2
}

@test "grace stop --drain sends it, too, and what the main process leaves is waited for" {
    start_leaving
    start_beside stop "$GRACE" stop --drain "$PID"
    grace_wait 20 gone "$MAIN" || dump_log
    sent_to 1
    drains 1
    client_asks
    client_answered
    ends_with 0 "$LAUNCHED"
    ends_with 0
}

@test "in sequential mode it comes before the next one starts" {
    export GRACE_MODE=sequential
    start_noting USR1=note
    hold_one
    hup_until 20 arrived 1
    log_lacks 'generation 2 starting'
    drop 0
    grace_wait 20 settled "$PID" 2 || dump_log
    sent_to 1
}

@test "a supervisor that takes over sends none that was sent" {
    local main
    start_draining
    main=$(main_of 2)
    kill_supervisor
    kill -HUP "$main"
    grace_wait 20 log_has 'generation 3 ready' || dump_log
    grace_wait 20 log_has 'generation 2 retired' || dump_log
    drop 0
    grace_wait 20 log_has 'generation 1 retired' || dump_log
    arrived 1
    sent_to 1
}

@test "and one that was not" {
    local main
    export GRACE_PROBATION=60s
    start_noting USR1=note
    hold_one
    hup_until 20 log_has 'generation 2 ready'
    main=$(main_of 2)
    kill_supervisor
    kill -HUP "$main"
    grace_wait 20 arrived 1 || dump_log
    sent_to 1
}
