# SPDX-License-Identifier: ISC
# An old generation takes no new connection, finishes those it has, and goes when the last is closed
# or its time is up.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own; the helper sets PORT
load scripted

WAYS=(epoll-lt epoll-et epoll-oneshot epoll-exclusive epoll-shared poll ppoll select pselect accept
    select-accept poll-accept epoll-lt-accept epoll-oneshot-accept)

# every_way SERVER-OPTION...: in every way to wait at once, a slow answer is in progress while the
# server restarts.
every_way() {
    local way port ports=() servers=() clients=() i finish=$BATS_TEST_TMPDIR/finish
    for way in "${WAYS[@]}"; do
        port=$(grace_free_port)
        ports+=("$port")
        start "$way" env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$port" \
            --wait "$way" --body "$way" --slow-until "$finish" "$@"
        servers+=("$PID")
    done
    for i in "${!WAYS[@]}"; do
        way=${WAYS[i]}
        grace_wait 20 settled "${servers[i]}" 1 || fail "$(<"$(log_of "$way")")"
        client_start "slow-$way" -n 1 --expect "^$way\$" "http://127.0.0.1:${ports[i]}/slow"
        clients+=("$CLIENT")
    done
    for PID in "${servers[@]}"; do
        grace_wait 10 holds 1 1 # accepted: what is left in the queue is the next one's
    done
    kill -HUP "${servers[@]}"
    for PID in "${servers[@]}"; do
        grace_wait 20 serves 2
        holds 1 1
    done
    touch "$finish"
    for i in "${!WAYS[@]}"; do
        wait "${clients[i]}" || fail "${WAYS[i]}: $(<"$(log_of "slow-${WAYS[i]}")")"
        grace_wait 20 settled "${servers[i]}" 2 || fail "$(<"$(log_of "${WAYS[i]}")")"
    done
}

@test "a slow answer in every way to wait, accept" { every_way --accept accept; }
@test "a slow answer in every way to wait, accept4" { every_way --accept accept4; }
@test "a slow answer in every way to wait, syscall" { every_way --accept syscall; }
@test "a slow answer in every way to wait, threads with all signals blocked" {
    export GRACE_STOP_SIGNAL=none # TERM reaches none of them: each would be killed after 10 s
    every_way --model threads --block-signals
}

@test "the old generation ends when its last connection is closed" {
    start_server
    "$PYTHON" - "$PID" "$PORT" "$GRACE" <<'END'
import json, os, select, signal, socket, statistics, subprocess, sys, time
supervisor, port, grace = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]

def generations():
    line = subprocess.run([grace, "status", "--json", str(supervisor)], stdout=subprocess.PIPE)
    return json.loads(line.stdout)["generations"]

def wait_for(condition):
    end = time.monotonic() + 20
    while not condition(generations()):
        assert time.monotonic() < end, generations()
        time.sleep(0.01)

took = []
for _ in range(9):
    conn = socket.create_connection(("127.0.0.1", port))
    conn.sendall(b"GET /")
    wait_for(lambda all: len(all) == 1 and all[0]["connections"] == 1)
    old = os.pidfd_open(generations()[0]["pid"])
    os.kill(supervisor, signal.SIGHUP)
    wait_for(lambda all: len(all) == 2 and all[0]["state"] == "draining" and
             all[1]["state"] == "serving")
    closed = time.monotonic()
    assert not select.select([old], [], [], 0)[0], "it is gone with a connection open"
    conn.close()
    assert select.select([old], [], [], 20)[0]
    took.append((time.monotonic() - closed) * 1000)
    wait_for(lambda all: len(all) == 1)
# On a machine of its own 50 ms is the limit; here others run, too.
print("ms from the last close to the end:", *(f"{ms:.1f}" for ms in sorted(took)))
assert statistics.median(took) <= 150, took
END
}

@test "idle connections hold it until the drain timeout, then they are cut, counted and named" {
    local i began peers named rc
    export GRACE_DRAIN_TIMEOUT=6s
    start_server
    hold && hold && hold
    grace_wait 5 connections_are 3
    mapfile -t peers < <(ss -tnH state established "dport = :$PORT" | awk '{ print $3 }' | sort)
    began=${EPOCHREALTIME/[.,]/}
    hup_until 10 connections_are '3 0'
    for i in 0 1 2; do
        # End of file or a reset, but no answer, and no end of our patience either.
        rc=0
        read -r -t 20 -u "${HELD[i]}" || rc=$?
        ((rc == 1)) || fail "status $rc, an answer or nothing at all"
    done
    ((${EPOCHREALTIME/[.,]/} - began >= 6000000)) || fail "cut too early"
    grace_wait 10 settled "$PID" 2
    log_has 'generation 1: drain deadline reached, 3 connections cut'
    mapfile -t named < <(sed -nE \
        's/.*generation 1: cutting connection of ([0-9.:]+), age [0-9]+ s, process [0-9]+: nothing has come since the drain began$/\1/p' "$LOG" | sort)
    [[ ${named[*]} == "${peers[*]}" ]] || fail "${peers[*]} are named ${named[*]}" "$(<"$LOG")"
}

@test "several old generations drain at once, each for itself" {
    local i
    export GRACE_DRAIN_TIMEOUT=none
    start_server
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    for i in 1 2 3; do
        MAINS+=("$(main_of "$i")")
        hold
        grace_wait 5 accepted "$BASHPID" "$i" # not one of the load
        hup_until 10 serves $((i + 1))
        grace_wait 10 stopped_listening "$i"
    done
    load_finish
    grace_wait 5 connections_are '1 1 1 0'
    for i in 1 0 2; do
        [[ $(release "$i") == "pid ${MAINS[i]}" ]]
        grace_wait 5 generation_gone $((i + 1))
    done
    grace_wait 5 settled "$PID" 4
}

# generation_gone N: the status does not know it any more.
generation_gone() {
    local json
    json=$(status "$PID") && [[ $json == *'"pid"'* && $json != *"\"generation\":$1,\"pid\""* ]]
}

@test "with more old generations than allowed the oldest has to go" {
    export GRACE_MAX_OLD=1
    start_server
    hold_one
    hup_until 10 serves 2
    grace_wait 10 stopped_listening 1
    hold
    grace_wait 5 holds 2 1
    holds 1 1
    hup_until 10 generation_gone 1
    log_has 'more than 1 old generations: generation 1 has to go'
    log_has 'generation 1: makes room for younger ones, 1 connection cut'
    log_lacks 'deadline'
    holds 2 1
    [[ $(release 1) == "pid "* ]]
    grace_wait 5 settled "$PID" 3
}

# The supervisor first, whose number need not be the lowest: once it has restarted, a signal of its
# own asks once more.
all_processes() {
    grace_wait 10 tree_has "$PID" 5
    echo "$PID"
    tree_of "$PID" | grep -vx "$PID"
}

last_worker() {
    all_processes | grep -vx -e "$PID" -e "$(server_pid "$PID")" | tail -n 1
}

@test "SIGHUP to the server, to a worker, to all processes at once: one restart" {
    start_server --model prefork
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    signalled server_pid "$PID"
    signalled last_worker
    signalled all_processes
    load_finish
}

# all_started: whatever has been asked for serves.
all_started() {
    lone_generation "$PID" && ((GENERATION == $(starts) + 1))
}

@test "twenty SIGHUPs at once: one restart, and one more" {
    local i pids=() before
    start_server --start-ms 200
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    for ((i = 0; i < 20; i++)); do
        pids+=("$PID")
    done
    for _ in first second third; do
        before=$(starts || true)
        hup_at_once "${pids[@]}"
        grace_wait 20 settled_beyond "$PID" $((before + 1))
        grace_wait 20 all_started
        ((TOOK > 100)) || break # else they were not at once
    done
    load_finish
    (($(starts) - before <= 2)) || fail "$(<"$LOG")"
}

@test "workers that outlive a stop of their parent finish what they have, then end" {
    local all
    start_version <<END
import os
listener = listening($PORT)
if os.fork():
    os.wait()
threads([listener], lambda conn: threading.Thread(target=answering("late"), args=[conn]).start())
END
    hold_one
    mapfile -t all < <(tree_of "$PID")
    kill "$PID"
    grace_wait 5 log_has 'processes of generation 1 outlive its main process'
    grace_wait 5 refuses "http://127.0.0.1:$PORT/"
    [[ $(release 0) == late ]]
    grace_wait 10 all_ended "${all[@]}"
}

@test "an old generation that crashes while it drains is reported" {
    start_server
    hold_one
    hup_until 10 log_has 'generation 1 draining'
    kill -KILL "$(main_of 1)"
    grace_wait 10 settled "$PID" 2
    log_has 'generation 1: its main process ended while it drained: killed by signal 9 \(Killed\)'
    restart_and_wait "$PID"
    (($(grep -c 'while it drained' "$LOG") == 1))
}

# late_version BODY: PORT at once; a second port and a path when the file late exists, one client at
# a time. It removes the path when it is told to end.
late_version() {
    version <<END
import signal
def stop(*_):
    os.unlink("$BATS_TEST_TMPDIR/s")
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
threading.Thread(target=threads, args=[[listening($PORT)], answering("$1")], daemon=True).start()
wait_for("$BATS_TEST_TMPDIR/late")
if os.path.exists("$BATS_TEST_TMPDIR/s"):
    os.unlink("$BATS_TEST_TMPDIR/s")
threads([listening("$BATS_TEST_TMPDIR/s"), listening($LATE)], answering("$1"))
END
}

@test "a listener that the new one binds while its queue is emptied is served as ever" {
    local first LATE
    LATE=$(grace_free_port)
    export GRACE_SETTLE=200ms GRACE_STOP_SIGNAL=TERM
    touch "$BATS_TEST_TMPDIR/late"
    late_version old
    start_installed
    PORT=$LATE hold
    grace_wait 5 connections_are 1
    body 127.0.0.1 "$LATE" >"$BATS_TEST_TMPDIR/queued" 3>&- &
    first=$!
    grace_wait 5 eval "ss -tlnH 'sport = :$LATE' | grep -q 'LISTEN *1 '"
    rm "$BATS_TEST_TMPDIR/late"
    late_version new
    hup_until 10 log_has "tcp 127.0.0.1:$LATE is not served by generation 2: its queue is emptied"
    touch "$BATS_TEST_TMPDIR/late"
    wait "$first"
    [[ $(<"$BATS_TEST_TMPDIR/queued") == new ]]
    grace_wait 5 answers new "unix:$BATS_TEST_TMPDIR/s"
    grace_wait 5 timeout 1 bash -c ": <>/dev/tcp/127.0.0.1/$LATE"
    [[ $(release 0) == old ]]
    grace_wait 10 settled "$PID" 2
    answers new 127.0.0.1 "$LATE"
    answers new "unix:$BATS_TEST_TMPDIR/s"
    restart_and_wait "$PID"
    answers new 127.0.0.1 "$LATE"
    log_lacks released
}
