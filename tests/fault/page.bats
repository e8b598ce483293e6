# SPDX-License-Identifier: ISC
# A worker that has given up root writes what it likes into the page that it shares with root's
# supervisor and with the server's main process.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load ../bats/scripted
load hostile

@test "the hostile server is a server" {
    hostile_start -w 2
    [[ $(ask ping) == "ok pid "*" uid 65534 main "* ]]
    "$LOAD" -n 20 127.0.0.1 "$PORT"
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
    ask field lost 3
    ask ring
    wait_until 10 log_has 'could not hand over a listener .*: it will be looked for'
    unharmed
    run ! log_has 'no restart'
}

@test "a listener that could not be sent is fetched at the restart, and nobody is refused" {
    PORT=$(free_port)
    version <<END
import ctypes, os
def lose_control():
    libc = ctypes.CDLL(None)
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            kind = socket.socket(fileno=os.dup(fd)).type
        except OSError:
            continue
        if kind == socket.SOCK_SEQPACKET:
            libc.__close(fd)
lose_control()
serve(listening($PORT), body="1")
END
    start_version
    log_has 'could not hand over a listener'
    version <<END
serve(listening($PORT), body="2")
END
    hammer "127.0.0.1 $PORT"
    restart_and_wait "$PID"
    hammer_finish
    answers 2 127.0.0.1 "$PORT"
    run ! log_has 'no restart|rolled back'
}

# withdraws COMMAND...: whatever a worker does to the marks, the listener is handed on.
withdraws() {
    hostile_start
    load_start 127.0.0.1 "$PORT"
    "$@"
    ask ring
    "$GRACE" restart "$PID"
    wait_until 20 settled "$PID" 2
    load_finish
    unharmed
    run ! log_has 'rolled back|not served|cutting'
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
