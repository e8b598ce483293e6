# SPDX-License-Identifier: ISC
# A worker that has given up root writes what it likes into the page that it shares with root's
# supervisor and with the server's main process.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/scripted
load hostile

@test "the hostile server is a server" {
    hostile_start -w 2
    [[ $(ask ping) == "ok pid "*" uid 65534 main "* ]]
    requests -n 20 "http://127.0.0.1:$PORT/"
    [[ $(ask get generation) == 'ok 1' ]]
    ask ring
    unharmed
}

@test "the page keeps its size, whoever truncates it" {
    hostile_start
    [[ $(ask truncate 0) == 'failed: ftruncate: Operation not permitted' ]]
    [[ $(ask truncate 10000000) == 'failed: ftruncate: Operation not permitted' ]]
    ask ring
    unharmed
}

@test "a worker that says that a listener was lost: the server is restarted all the same" {
    hostile_start
    ask field incomplete 3
    ask ring
    grace_wait 10 log_has 'could not hand over a listener.*: it is looked for'
    unharmed
    log_lacks 'no restart'
}

@test "a listener that could not be sent is fetched at the restart, and nobody is refused" {
    start_version <<END
import ctypes, os
def lose_control():
    libc = ctypes.CDLL(None)
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            sock = socket.socket(fileno=fd)
        except OSError:
            continue
        if (sock.type, sock.detach())[0] == socket.SOCK_SEQPACKET:
            libc.__close(fd)
lose_control()
serve(listening($PORT), body="1")
END
    grace_wait 10 log_has 'could not hand over a listener'
    version <<END
serve(listening($PORT), body="2")
END
    hammer "127.0.0.1 $PORT"
    restart_and_wait "$PID"
    hammer_finish
    answers 2 127.0.0.1 "$PORT"
    log_lacks 'no restart|rolled back'
}

# withdraws COMMAND...: whatever a worker does to the marks, the listener is handed on.
withdraws() {
    hostile_start
    load_start "http://127.0.0.1:$PORT/"
    "$@"
    ask ring
    "$GRACE" restart "$PID"
    grace_wait 20 settled "$PID" 2
    load_finish
    unharmed
    log_lacks 'rolled back|not served|cutting'
}

@test "a worker that withdraws the marks of all listeners: they are handed on" {
    withdraws ask entry all flags 0
}

@test "a worker that says that all listeners are closed, and have no name: they are handed on" {
    withdraws ask entry all flags 0x1ff
}

@test "a worker that says that there are no listeners: they are handed on" {
    withdraws ask field entries 0
}

# aged PID SECONDS: it runs for so long.
aged() {
    (($(ps -o etimes= -p "$1") >= $2))
}

@test "a worker that says that nothing has loaded the shim: the server is restarted all the same" {
    hostile_start
    ask field hello 0
    grace_wait 20 aged "$PID" 3 # it looks from second to second for who has it
    ask ring
    unharmed
    log_lacks 'does not load libgrace.so|no restart'
}

# spoils ACT...: each generation's worker spoils one field, before it is restarted.
spoils() {
    local act
    hostile_start
    for act; do
        # shellcheck disable=SC2086
        ask $act
        ask ring
        "$GRACE" restart "$PID" >/dev/null || fail "$act" "$(<"$LOG")"
        grace_wait 20 lone_generation "$PID"
    done
    unharmed
    log_lacks 'rolled back|deadline'
}

@test "no field of the page that a worker overwrites keeps the server from being restarted" {
    spoils field\ {version,generation,attention,held,served,hello,first,failed,incomplete}\ -1 \
        field\ {restarter,looked_for,hint,entries,binds[0],predecessors[0]}\ -1 \
        field\ {keep_alive,tunnels,told}\ -1 \
        field\ {version,held,hint}\ 0
}

@test "no field of the slots that a worker overwrites keeps the server from being restarted" {
    spoils slot-field\ all\ {away,drained,connections,accepts,born,notes,suspended,giving}\ -1 \
        'slot-field all connections 1000'
}

@test "a process whose slot a worker has given away stops accepting all the same" {
    hostile_start -w 3
    exec {held}<>"/dev/tcp/127.0.0.1/$PORT" # keeps generation 1
    tell "$held" slot-field all pid 2147483647
    "$GRACE" restart "$PID"
    grace_wait 10 stopped_listening 1
    exec {held}>&-
    grace_wait 20 settled "$PID" 2
    unharmed
}

# Generation 2 does not bind the third address; its worker gives that one's key to the second.
@test "no bind() of the main process is answered with another socket than it has asked for" {
    local second third
    second=$(grace_free_port) third=$(grace_free_port)
    export GRACE_SETTLE=30s
    version <<END
import os, sys
argv = ["-x", "$BATS_TEST_TMPDIR/script", "-l", "127.0.0.1:$second", sys.argv[1]]
if not os.path.exists("$BATS_TEST_TMPDIR/script"):
    argv.append("127.0.0.1:$third")
os.execv("$HOSTILE", ["hostile"] + argv)
END
    start_wrapped hostile "$PYTHON" "$BATS_TEST_TMPDIR/server.py" "127.0.0.1:$PORT"
    kill -USR1 "$(server_pid "$PID")"
    grace_wait 10 log_has "late port $second"
    echo 'swap-keys 1 2' >"$BATS_TEST_TMPDIR/script"
    hup_until 10 log_has '^ok swapped'
    kill -USR1 "$(main_of 2)"
    grace_wait 10 log_has 'bind\(\) was to be answered with another socket'
    grace_wait 10 log_has 'generation 2 rolled back'
    log_lacks "late port $third"
    rm "$BATS_TEST_TMPDIR/script"
    ask ping
    requests -n 3 "http://127.0.0.1:$third/"
}

@test "a worker can't have a stranger named in the pid file that root removes" {
    local file=$BATS_TEST_TMPDIR/pid
    hostile_start -p "$file"
    ask field looked_for "$BASHPID"
    kill "$(server_pid "$PID")"
    grace_wait 10 gone "$PID"
    [[ ! -e $file ]] || fail "$(<"$file"), and not $BASHPID"
}

# cuts AGE ACT...: of a connection that outlives the drain deadline after this act, that is said.
cuts() {
    local age=$1 c
    shift
    rm -f "$(log_of hostile)"
    hostile_start -u 0
    exec {c}<>"/dev/tcp/127.0.0.1/$PORT"
    if (($#)); then
        tell "$c" "$@"
    fi
    "$GRACE" restart "$PID"
    grace_wait 20 log_has "cutting connection of 127.0.0.1:[0-9]+, age $age, process [0-9]+"
    exec {c}>&-
    unharmed
}

@test "whatever a worker says of the age of its connections, they are cut at the deadline" {
    export GRACE_DRAIN_TIMEOUT=100ms
    cuts '[0-9]+ s' ping
    cuts unknown slot-field all notes -8
    cuts unknown slot-field all notes 4096
    cuts unknown ages-stuck
}

# Generation 1 has the file open, and from the second round on locked.
@test "a refusal is believed where the kernel shows the lock in a process of the old generation" {
    local file=$BATS_TEST_TMPDIR/file
    version <<END
import fcntl, os, subprocess, sys, time
file = open("$file", "a")
st = os.fstat(file.fileno())
if not os.path.exists("$BATS_TEST_TMPDIR/script"):
    if os.fork() == 0:
        os.execv("$HOSTILE", ["hostile", sys.argv[1]])
    while not os.path.exists("$BATS_TEST_TMPDIR/to-lock"):
        time.sleep(0.01)
    fcntl.flock(file, fcntl.LOCK_EX)
    os.unlink("$BATS_TEST_TMPDIR/to-lock")
    os.wait()
open("$BATS_TEST_TMPDIR/script", "w").write(f"refusal {st.st_dev} {st.st_ino} {os.getpid()}")
p = subprocess.Popen(["$HOSTILE", "-x", "$BATS_TEST_TMPDIR/script", "-l", sys.argv[1]], stdout=subprocess.PIPE)
print(p.stdout.readline().decode(), flush=True)
p.kill()
sys.exit(3)
END
    start_wrapped hostile "$PYTHON" "$BATS_TEST_TMPDIR/server.py" "127.0.0.1:$PORT"
    touch "$BATS_TEST_TMPDIR/script"
    run "$GRACE" restart "$PID"
    [[ $status -eq 1 && $output == *'generation 2 rolled back: exit status 3'* ]]
    log_has '^ok refused'
    log_lacks sequentially
    touch "$BATS_TEST_TMPDIR/to-lock"
    grace_wait 10 test ! -e "$BATS_TEST_TMPDIR/to-lock"
    hup_until 10 log_has "needs what generation 1 has locked \($file, process"
}

# The bytes may ask for a restart themselves.  Workers whose slots they have spoiled are not told to
# accept no more, and may be ended with what they have just accepted: on one connection, then.
@test "random bytes all over the page: the supervisor lives, and each restart is one" {
    local c seed round
    hostile_start -w 2
    for round in {1..8}; do
        seed=$SRANDOM
        echo "round $round, seed $seed" >&2
        exec {c}<>"/dev/tcp/127.0.0.1/$PORT"
        tell "$c" scribble "$seed" 300
        tell "$c" ring
        exec {c}>&-
        "$GRACE" restart "$PID" || fail "$(<"$LOG")"
        grace_wait 20 lone_generation "$PID"
        ask ping
    done
    unharmed
}

@test "a new supervisor takes over a generation whose page a worker has spoiled" {
    local main act
    export GRACE_NAME=web GRACE_SETTLE=200ms
    hostile_start
    for act in 'field version 7' 'field generation 0' 'field entries 0' 'entry all flags 0' \
        'entry all key 7' 'field attention -1' 'slot-field all bell -1' 'field keeper 1'; do
        # shellcheck disable=SC2086
        ask $act
    done
    main=$(server_pid "$PID")
    kill_supervisor
    kill -HUP "$main"
    grace_wait 20 found_again
    grace_wait 20 settled_beyond "$PID" 1 || dump_log
    unharmed
}

# has_copy_of ADDRESS: the supervisor keeps a copy of this listener.
has_copy_of() {
    [[ $(status "$PID") == *"\"address\":\"$1\""* ]]
}

@test "a worker that sends sockets of its own for the entries of others: these are held all the same" {
    local late
    late=$(grace_free_port)
    hostile_start -l "127.0.0.1:$late"
    ask squat 5
    kill -USR1 "$(server_pid "$PID")"
    grace_wait 10 log_has "late port $late"
    grace_wait 10 has_copy_of "tcp 127.0.0.1:$late"
    unharmed
}
