# SPDX-License-Identifier: ISC
# A new generation takes over each socket of a group that shares a port by SO_REUSEPORT.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    PORT=$(free_port)
    export GRACE_SETTLE=200ms
}

@test "SO_REUSEPORT in one process: each socket of the group is taken over" {
    local before
    version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
threads([listening($PORT, options) for _ in range(4)], answering("1"))
END
    start_version
    before=$(group_members)
    group_has 4
    restarts_lose_nothing "127.0.0.1 $PORT"
    [[ $(group_members) == "$before" ]] || fail "$before became" "$(group_members)"
}

@test "SO_REUSEPORT, all bound before the first listens" {
    local before
    version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
group = [bound($PORT, options) for _ in range(4)]
for each in reversed(group):
    each.listen(128)
threads(group, answering("1"))
END
    start_version
    before=$(group_members)
    restarts_lose_nothing "127.0.0.1 $PORT"
    [[ $(group_members) == "$before" ]] || fail "$before became" "$(group_members)"
}

@test "SO_REUSEPORT in workers: each socket of the group is taken over" {
    local before
    export GRACE_SETTLE=3s # between the first and the last of them
    version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
for _ in range(3):
    if os.fork() == 0:
        serve(listening($PORT, options), body="1")
os.wait()
END
    start_version
    wait_until 5 group_has 3
    before=$(group_members)
    restarts_lose_nothing "127.0.0.1 $PORT"
    [[ $(group_members) == "$before" ]] || fail "$before became" "$(group_members)"
}

# As natively: what the dead one had in its queue is reset, everybody else is answered.
@test "SO_REUSEPORT: a worker that crashes takes its socket with it" {
    version <<END
for _ in range(3):
    if os.fork() == 0:
        a = listening($PORT, [(ANY, socket.SO_REUSEPORT, 1)])
        threads([a], answering(lambda: str(os.getpid())))
os.wait()
time.sleep(1000)
END
    start_version
    wait_until 10 group_has 3
    kill -KILL "$(curl -s "127.0.0.1:$PORT")"
    wait_until 5 group_has 2
    "$LOAD" -c 8 -n 200 127.0.0.1 "$PORT"
    restart_and_wait "$PID"
    wait_until 10 group_has 3
}

@test "SO_REUSEPORT: the queue of a socket that is not wanted any more is answered" {
    version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
threads([listening($PORT, options) for _ in range(4)], answering("1"))
END
    start_version
    hammer "127.0.0.1 $PORT"
    version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
threads([listening($PORT, options) for _ in range(2)], answering("1"))
END
    restart_and_wait "$PID"
    hammer_finish
    group_has 2
}
