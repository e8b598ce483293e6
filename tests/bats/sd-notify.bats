# SPDX-License-Identifier: ISC
# The service manager hears one service: NOTIFY_SOCKET is proxied.

# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    RELEASE=$BATS_TEST_TMPDIR/release
    HEARD=$BATS_TEST_TMPDIR/heard
    touch "$RELEASE"
    export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager.sock
    start manager "$PYTHON" "$ROOT/tests/tools/manager.py" "$NOTIFY_SOCKET" "$HEARD"
    grace_wait 10 test -S "$NOTIFY_SOCKET"
}

start_notifying() {
    start server env LD_PRELOAD="$LIBGRACE" "$@" "$PYTHON" "$ROOT/tests/servers/notifying.py" \
        "$PORT" "$RELEASE"
}

heard() {
    grep -Eq -- "$1" "$HEARD"
}

heard_times() {
    [[ $(grep -Ec -- "$1" "$HEARD") == "$2" ]]
}

# tell UID TEXT: to the proxy's address, from a process that is none of the server's.
tell() {
    setpriv --reuid="$1" --clear-groups "$PYTHON" -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), "\0" + sys.argv[1])' \
        "${PROXY#@}" "$2"
}

@test "the manager hears READY from the supervisor, whichever process of the server says it" {
    start_notifying GRACE_READY=notify
    grace_wait 10 heard "READY=1 .*MAINPID=$PID\$"
    heard_times 'MAINPID=' 1
}

@test "STATUS and WATCHDOG of the serving generation are passed on" {
    start_notifying
    grace_wait 10 heard 'STATUS=loading'
    grace_wait 10 heard 'WATCHDOG=1'
}

@test "the STATUS that comes with READY is the one that stays" {
    start_notifying GRACE_READY=notify STATUS='at work'
    grace_wait 10 heard 'READY=1 STATUS=at work MAINPID='
    restart_and_wait "$PID"
    grace_wait 10 heard_times 'READY=1 STATUS=at work MAINPID=' 2
}

@test "what a stop cuts short is not said after STOPPING" {
    start_notifying GRACE_PROBATION=1h
    grace_wait 10 settled "$PID" 1
    hup_until 10 log_has 'generation 2 ready'
    stop_and_wait "$PID"
    "$PYTHON" -c 'import os, socket
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"THE END", os.environ["NOTIFY_SOCKET"])'
    grace_wait 10 heard 'THE END'
    heard 'STOPPING=1'
    [[ $(sed -n '/STOPPING=1/,$p' "$HEARD") != *READY* ]]
}

# tell_with_fd UID TEXT SECONDS: the same with the end of a pipe; until nobody has that any more.
tell_with_fd() {
    setpriv --reuid="$1" --clear-groups "$PYTHON" -c 'import os, select, socket, sys
end, other = os.pipe()
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect("\0" + sys.argv[1])
    socket.send_fds(s, [sys.argv[2].encode()], [other])
os.close(other)
sys.exit(0 if select.select([end], [], [], float(sys.argv[3]))[0] else 1)' "${PROXY#@}" "$2" "$3"
}

@test "a barrier is over when the manager is done with what was said before" {
    start_notifying
    grace_wait 10 settled "$PID" 1
    find_proxy
    tell 0 'STATUS=before'
    tell_with_fd 0 'BARRIER=1' 20
    heard 'STATUS=before'
    heard '^BARRIER=1 \+1$'
}

@test "a barrier of somebody who is not heard is over, too" {
    start_notifying
    grace_wait 10 settled "$PID" 1
    find_proxy
    tell_with_fd 65534 'BARRIER=1' 20
    run ! heard 'BARRIER'
}

@test "what the server wants to have stored gets to the manager" {
    start_notifying
    grace_wait 10 settled "$PID" 1
    find_proxy
    run ! tell_with_fd 0 $'FDSTORE=1\nFDNAME=state' 0.1
    grace_wait 10 heard '^FDSTORE=1 FDNAME=state \+1$'
    tell 0 $'FDSTOREREMOVE=1\nFDNAME=state'
    grace_wait 10 heard '^FDSTOREREMOVE=1 FDNAME=state$'
}

@test "listeners go into the manager's store where it says that it has one" {
    start_notifying FDSTORE=4
    grace_wait 10 heard '^FDSTORE=1 FDNAME=grace-[0-9a-f]{16} \+1$'
    restart_times 2
    heard_times 'FDSTORE=1' 1
    stop_and_wait "$PID"
    heard_times 'FDSTOREREMOVE' 0
}

@test "nor does the server get there under a name of grace's" {
    start_notifying
    grace_wait 10 settled "$PID" 1
    find_proxy
    tell_with_fd 0 $'FDSTORE=1\nFDNAME=grace-0123456789abcdef' 20
    grace_wait 10 log_has "FDNAME=grace-... is grace's own: not stored"
    run ! heard 'FDSTORE=1'
}

@test "a restart is over for the manager when its probation is" {
    start_notifying GRACE_PROBATION=1h
    grace_wait 10 settled "$PID" 1
    find_proxy
    hup_until 10 log_has 'generation 2 ready'
    tell 0 'STATUS=looked at'
    grace_wait 10 heard 'STATUS=looked at'
    heard_times 'READY=1' 1
    kill -KILL "$(main_of 2)"
    grace_wait 10 heard 'READY=1 STATUS=the last restart was rolled back'
    heard_times 'READY=1' 2
}

@test "with GRACE_READY=notify a new generation is ready when it says so, not before" {
    start_notifying GRACE_READY=notify
    grace_wait 10 settled "$PID" 1
    old=$(curl -s "127.0.0.1:$PORT")
    rm "$RELEASE"
    hup_until 10 heard 'RELOADING=1 MONOTONIC_USEC=[0-9]+'
    grace_wait 10 log_has 'generation 2 starting'
    heard_times 'READY=1' 1
    touch "$RELEASE"
    grace_wait 10 settled "$PID" 2
    grace_wait 10 heard_times 'READY=1' 2
    [[ $(curl -s "127.0.0.1:$PORT") != "$old" ]]
}

@test "a generation that never says READY is rolled back, and the manager hears the old one is" {
    start_notifying GRACE_READY=notify GRACE_READY_TIMEOUT=3s
    grace_wait 10 settled "$PID" 1
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 rolled back: .*READY=1'
    grace_wait 10 heard 'READY=1 STATUS=.*rolled back'
}

@test "STOPPING is said when the service stops, not when a generation does" {
    start_notifying GRACE_READY=notify
    restart_and_wait "$PID"
    heard_times STOPPING 0
    kill "$PID"
    grace_wait 10 heard 'STOPPING=1'
}

@test "without a manager the server's NOTIFY_SOCKET stays unset" {
    unset NOTIFY_SOCKET
    run env LD_PRELOAD="$LIBGRACE" env
    [[ $status -eq 0 && $output != *NOTIFY_SOCKET* ]]
}

# nobody_before_ready WAY: a sequential restart; the clients come while the new one is not ready.
nobody_before_ready() {
    export GRACE_MODE=sequential GRACE_READY=notify
    start_wrapped "$1" "$SERVER" --wait "$1" --notify "$RELEASE" --listen "127.0.0.1:$PORT"
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 starting'
    grace_wait 10 listens
    client_start client --clients half=4 --requests 4 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 10 number_is queue 4
    number_is accepted 0
    client_asks
    touch "$RELEASE"
    ends_with 0 "$CLIENT" || fail "$1: a client got no answer" || return
    grace_wait 10 settled "$PID" 2
    stop_and_wait "$PID"
}

# It listens: the thread that says READY=1 is there.
listens() {
    local threads
    threads=("/proc/$(server_pid "$PID")/task"/*)
    ((${#threads[@]} == 2))
}

@test "with GRACE_READY=notify nobody is served before, however the server waits" {
    local way
    for way in epoll-lt epoll-et epoll-oneshot poll select select-accept accept; do
        nobody_before_ready "$way"
    done
}

@test "while one is not ready the other serves everybody" {
    local old
    export GRACE_READY=notify
    start_wrapped server "$SERVER" --wait select-accept --notify "$RELEASE" --listen "127.0.0.1:$PORT"
    old=$(server_pid "$PID")
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 starting'
    requests -n 500 --expect "^pid $old\$" "http://127.0.0.1:$PORT/"
    load_start --rate 300 "http://127.0.0.1:$PORT/"
    touch "$RELEASE"
    grace_wait 10 settled "$PID" 2
    load_finish
}

@test "with GRACE_READY=notify and no supervisor any more the new one serves" {
    export GRACE_MODE=sequential GRACE_READY=notify
    start_wrapped server "$SERVER" --notify "$RELEASE" --listen "127.0.0.1:$PORT"
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 starting'
    kill -KILL "$PID"
    grace_wait 10 requests -n 10 "http://127.0.0.1:$PORT/"
}

ignored() {
    [[ $(grep -c "NOTIFY_SOCKET: process [0-9]* of user $1 is none of the server's, it is ignored" \
        "$LOG") == "$2" ]]
}

@test "users that have nothing to do with the server are not heard" {
    start_notifying GRACE_READY=notify GRACE_LOG_LEVEL=debug
    grace_wait 10 settled "$PID" 1
    find_proxy
    tell 65534 $'STATUS=hello\nWATCHDOG=trigger'
    tell 0 'STATUS=is heard'
    grace_wait 10 heard 'STATUS=is heard'
    run ! heard 'hello|trigger'
    ignored 65534 1
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 adopts'
    tell 65534 READY=1
    grace_wait 10 ignored 65534 2
    log_lacks 'generation 2 ready'
    tell 0 READY=1
    grace_wait 10 settled "$PID" 2
}

@test "a helper of a server that is another user is heard, also when it has gone" {
    let_everybody_in
    start_notifying GRACE_READY=notify setpriv --reuid=65534 --clear-groups
    grace_wait 10 settled "$PID" 1
    find_proxy
    rm "$RELEASE"
    hup_until 10 log_has 'generation 2 starting'
    grace_wait 10 main_of_is 2 65534
    tell 65533 READY=1
    grace_wait 10 ignored 65533 1
    log_lacks 'generation 2 ready'
    tell 65534 READY=1
    grace_wait 10 settled "$PID" 2
}

# main_of_is N UID: the main process of generation N has become this user.
main_of_is() {
    [[ $(awk '/^Uid:/ { print $2 }' "/proc/$(main_of "$1")/status") == "$2" ]]
}

@test "who floods the proxy delays nothing else" {
    start_notifying
    grace_wait 10 settled "$PID" 1
    find_proxy
    start_beside flood setpriv --reuid=65534 --clear-groups "$PYTHON" -uc '
import socket, sys
flood = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
flood.connect("\0" + sys.argv[1])
while flood.send(b"READY=1"): print("sent")' "${PROXY#@}"
    grace_wait 10 grep -q sent "$(log_of flood)"
    restart_and_wait "$PID"
}
