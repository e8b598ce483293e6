# SPDX-License-Identifier: ISC
# What holds at every instant, whatever happens: a test for each.
# shellcheck disable=SC2016,SC2030,SC2031,SC2153 # the helper sets PORT
load scripted

setup() {
    OTHER=$(grace_free_port)
    export GRACE_SETTLE=200ms
}

# prober PORT: one connection after the other. A client whom nobody hears is sent to ask again after a
# second: that is too long for an answer here.
prober() {
    local on=$BATS_TEST_TMPDIR/on.$1
    client_start "prober.$1" --timeout 990ms --ready-file "$on" "http://127.0.0.1:$1/"
    PROBERS+=("$CLIENT")
    grace_wait 10 test -s "$on"
}

@test "at every instant somebody accepts on every listener" {
    start_server --listen "127.0.0.1:$OTHER"
    prober "$PORT" && prober "$OTHER"
    restart_times 20
    kill -TERM "${PROBERS[@]}"
    wait "${PROBERS[0]}" || fail "$(<"$(log_of "prober.$PORT")")"
    wait "${PROBERS[1]}" || fail "$(<"$(log_of "prober.$OTHER")")"
}

# remains: all that a client or an administrator could see of the server.
remains() {
    local pid
    pid=$(server_pid "$PID")
    echo "$pid" && tree_of "$PID" && fds_of "$pid" && fds_of_supervisor && ss -tlneH "sport = $PORT"
}

@test "a failed restart changes nothing, and the next one works" {
    start_version <<<"serve(listening($PORT), body='1')"
    hammer "127.0.0.1 $PORT"
    restart_and_wait "$PID"
    hammer_finish
    grace_wait 5 settled "$PID" 2
    remains >"$BATS_TEST_TMPDIR/before"
    hammer "127.0.0.1 $PORT"
    version <<<"listening($PORT); sys.exit(1)"
    hup_until 20 rolled_back "$PID" 1
    grace_wait 10 settled "$PID" 2
    hammer_finish
    remains >"$BATS_TEST_TMPDIR/after"
    diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
    version <<<"serve(listening($PORT), body='3')"
    restart_and_wait "$PID"
    answers 3 127.0.0.1 "$PORT"
}

@test "at most one generation is becoming ready" {
    start_server --start-ms 100
    "$PYTHON" - "$PID" <<'END'
import json, os, signal, socket, sys, time
supervisor = int(sys.argv[1])

def status():
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(f"{os.environ['GRACE_RUNTIME_DIR']}/{supervisor}.sock")
        sock.sendall(b"status\n")
        text = b""
        while got := sock.recv(65536):
            text += got
    return json.loads(text)

states = set()
now = {"restarts": {"done": 0}}
begun = time.monotonic()
while time.monotonic() < begun + 3 or (1, 1) not in states or now["restarts"]["done"] < 2:
    assert time.monotonic() < begun + 60, now
    os.kill(supervisor, signal.SIGHUP)
    now = status()
    starting = sum(g["state"] == "starting" for g in now["generations"])
    serving = sum(g["state"] == "serving" for g in now["generations"])
    assert starting <= 1, now
    assert serving == 1, now
    states.add((starting, serving))
END
}

@test "no connection is closed by grace before the drain deadline" {
    local i
    export GRACE_DRAIN_TIMEOUT=none GRACE_MAX_OLD=10
    start_server
    for i in 1 2 3 4 5; do
        hold
        grace_wait 5 holds "$i" 1
        hup_until 10 serves $((i + 1))
        holds "$i" 1
        grace_wait 10 stopped_listening "$i"
    done
    for i in "${!HELD[@]}"; do
        [[ $(release "$i") == 'pid '* ]] || fail "cut: $(<"$LOG")"
    done
    grace_wait 10 settled "$PID" 6
}

# Sockets and pipes have another number, the state page its generation's.
same_name() {
    sed -E 's/\[[0-9]+\]//; s/(memfd:grace:[0-9]+):[0-9]+/\1/'
}

# fds_of_supervisor: which number one gets depends on what is watched meanwhile.
fds_of_supervisor() {
    fds_of "$PID" | sed -E 's/^[0-9]+ //' | sort
}

# left: fds, environment, processes and files.
left() {
    local pid
    pid=$(server_pid "$PID")
    fds_of_supervisor | same_name
    fds_of "$pid" | same_name
    tr '\0' '\n' <"/proc/$pid/environ" | sed -E 's/=.*//' | sort
    wc -c <"/proc/$pid/environ"
    body 127.0.0.1 "$PORT" # the environment that the server sees
    tree_of "$PID" | wc -l
    grace_wait 10 no_zombies "$PID" # a generation is gone when its processes have ended
    (cd "$BATS_TEST_TMPDIR" && find . -name 'files*' -prune -o -print | sort)
    find "$TMPDIR" "$GRACE_RUNTIME_DIR" "$SHM" -mindepth 1 | sort
}

@test "restarts leave no file, process or variable behind" {
    export TMPDIR=$BATS_TEST_TMPDIR/files SHM=$BATS_TEST_TMPDIR/files.shm
    mkdir "$TMPDIR" "$SHM"
    version <<END
if os.fork() == 0:
    while True:
        time.sleep(100)
serve(listening($PORT), body=lambda: "\n".join(f"{k}={v}" for k, v in os.environ.items()))
END
    # A /dev/shm of its own: databases that run on this machine come and go in the other one.
    start_settled server unshare --mount bash -c 'mount --bind "$SHM" /dev/shm && exec "$@"' bash \
        env LD_PRELOAD="$LIBGRACE" "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
    restart_and_wait "$PID"
    left >"$BATS_TEST_TMPDIR/files.first"
    restart_times 10
    left >"$BATS_TEST_TMPDIR/files.last"
    diff "$BATS_TEST_TMPDIR/files.first" "$BATS_TEST_TMPDIR/files.last"
    [[ $(body 127.0.0.1 "$PORT") != *GRACE_HANDOFF* ]]
}

# same COMMAND...: output, error output and exit status with grace are those without.
same() {
    local how status
    cd "$BATS_TEST_TMPDIR" || return
    for how in without with; do
        status=0
        if [[ $how == with ]]; then
            env LD_PRELOAD="$LIBGRACE" "$@" <"$BATS_TEST_FILENAME" >out.with 2>err.with || status=$?
        else
            "$@" <"$BATS_TEST_FILENAME" >out.without 2>err.without || status=$?
        fi
        echo "$status" >"status.$how"
    done
    for how in out err status; do
        diff "$how.without" "$how.with" || fail "$* differs with grace"
    done
}

@test "programs behave as without grace: output, errors, exit status" {
    unset "${!GRACE_@}"
    export GRACE_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
    same ls -l /usr
    same ls /nonexistent
    same sh -c 'echo out; echo err >&2; exit 3'
    same sh -c 'kill -TERM $$'
    same sh -c 'kill -ABRT $$'
    same sh -c 'ulimit -n; umask; pwd; echo $#; tty' sh a b
    same bash -c 'set -o pipefail; seq 1000 | sort -r | head -n 3; echo "${PIPESTATUS[@]}"'
    same bash -c 'seq 20 | xargs -n 3 -P 2 echo | sort; wc -c <(echo x) | cut -d" " -f1'
    same bash -c 'exec 5</etc/passwd; read -r line <&5; echo "$line"; exec 5<&-; read -r line <&5'
    same bash -c 'trap "echo hup" HUP; kill -USR1 $$; echo not reached'
    same bash -c 'coproc cat; echo a >&"${COPROC[1]}"; read -r b <&"${COPROC[0]}"; echo "$b"'
    same cat
    same wc -l
    same xargs -n 4 echo
    same perl -e 'print `echo a; exit 4`, $? >> 8, "\n"; open(my $p, "-|", "ls /usr"); print <$p>; exit 5'
    same perl -e 'fork // die; wait; print "$$\n" if 0; $SIG{CHLD} = "IGNORE"; system("true"); print "$?\n"'
    same "$PYTHON" -c 'import subprocess as s; print(s.run("echo a; exit 3", shell=True).returncode)'
    same "$PYTHON" -c 'import subprocess as s
with s.Popen(["cat"], stdin=s.PIPE, stdout=s.PIPE, close_fds=True) as p: print(p.communicate(b"x"))'
    same "$PYTHON" -c 'import multiprocessing as m; print(m.Pool(2).map(abs, [-1, -2]))'
    same "$PYTHON" -c 'import asyncio
async def main():
    p = await asyncio.create_subprocess_exec("echo", "x", stdout=-1)
    print(await p.communicate())
asyncio.run(main())'
    same "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.close(); s.listen()'
    same "$PYTHON" -c 'import os, signal
os.kill(os.getpid(), signal.SIGSEGV)'
    same env -u GRACE_RUNTIME_DIR
}
