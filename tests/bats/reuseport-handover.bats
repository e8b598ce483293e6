# SPDX-License-Identifier: ISC
# A new generation takes over each socket of a group that shares a port by SO_REUSEPORT.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load scripted

setup() {
    export GRACE_SETTLE=200ms
}

# group_is_kept: each member, and no request is lost.
group_is_kept() {
    local before
    before=$(group_members)
    restarts_lose_nothing "127.0.0.1 $PORT"
    [[ $(group_members) == "$before" ]] || fail "$before became" "$(group_members)"
}

# group_of COUNT: a version whose one process has so many sockets.
group_of() {
    echo "threads([listening($PORT, [(ANY, socket.SO_REUSEPORT, 1)]) for _ in range($1)], answering('1'))"
}

@test "SO_REUSEPORT in one process: each socket of the group is taken over" {
    start_version < <(group_of 4)
    group_has 4
    group_is_kept
}

@test "SO_REUSEPORT, all bound before the first listens" {
    start_version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
group = [bound($PORT, options) for _ in range(4)]
for each in reversed(group):
    each.listen(128)
threads(group, answering("1"))
END
    group_is_kept
}

@test "SO_REUSEPORT in workers: each socket of the group is taken over" {
    export GRACE_SETTLE=3s # between the first and the last of them
    start_version <<END
options = [(ANY, socket.SO_REUSEPORT, 1)]
for _ in range(3):
    if os.fork() == 0:
        serve(listening($PORT, options), body="1")
os.wait()
END
    grace_wait 5 group_has 3
    group_is_kept
}

# As natively: what the dead one had in its queue is reset, everybody else is answered.
@test "SO_REUSEPORT: a worker that crashes takes its socket with it" {
    start_version <<END
for _ in range(3):
    if os.fork() == 0:
        a = listening($PORT, [(ANY, socket.SO_REUSEPORT, 1)])
        threads([a], answering(lambda: str(os.getpid())))
os.wait()
time.sleep(1000)
END
    grace_wait 10 group_has 3
    kill -KILL "$(curl -s "127.0.0.1:$PORT")"
    grace_wait 5 group_has 2
    requests -n 200 "http://127.0.0.1:$PORT/"
    restart_and_wait "$PID"
    grace_wait 10 group_has 3
}

@test "SO_REUSEPORT: the queue of a socket that is not wanted any more is answered" {
    start_version < <(group_of 4)
    hammer "127.0.0.1 $PORT"
    version < <(group_of 2)
    restart_and_wait "$PID"
    hammer_finish
    group_has 2
}
