# SPDX-License-Identifier: ISC
# A bad pointer is answered as without the shim, also where that looks at what it points at: EFAULT
# where the kernel is the first to read or write it, SIGSEGV where libc is.
load helper

BAD_POINTERS=$BUILD/tests/probes/bad-pointers

# call_all OUTPUT [VARIABLE]
call_all() {
    "$LAUNCH" --stdin /dev/null --stdout "$1" --stderr errors -- env "${@:2}" "$BAD_POINTERS"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    call_all plain
}

# is_plain FILE
is_plain() {
    diff plain "$1"
}

@test "without a listener that others have" {
    call_all wrapped LD_PRELOAD="$LIBGRACE"
    is_plain wrapped
}

# done_times N FILE: the calls have all been made N times.
done_times() {
    (($(grep -c '^all done$' "$2") == $1))
}

# replaced_script: the first one is ready when it has made the calls, the second one makes none.
replaced_script() {
    cat <<END
#!$PYTHON
import os, socket, time
first = not os.path.exists("first")
if first:
    os.dup2(os.open("first", os.O_WRONLY | os.O_CREAT), 1)
else:
    listener = socket.create_server(("127.0.0.1", $PORT))
supervisor = os.environ["NOTIFY_SOCKET"].replace("@", "\\0")
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", supervisor)
if first:
    os.execv("$BAD_POINTERS", ["bad-pointers", "$PORT"])
time.sleep(1000)
END
}

# What is to be written is looked at there, and changed: it is told to be the last answer.
@test "in a generation that drains" {
    replaced_script >server
    chmod +x server
    start_settled server env LD_PRELOAD="$LIBGRACE" GRACE_READY=notify ./server
    grace_wait 30 done_times 1 first
    is_plain first
    hup_until 20 drains 1
    kill -USR2 "$(main_of 1)"
    grace_wait 30 done_times 2 first
    tail -n "$(wc -l <plain)" first | diff plain -
    (($(status_number "$PID" told) > 0))
}

# server_script: the first one is ready when it has made the calls, the second one never.
server_script() {
    cat <<END
#!$PYTHON
import os, socket, subprocess
first = not os.path.exists("first")
out = open("first" if first else "second", "w")
if first:
    supervisor = os.environ["NOTIFY_SOCKET"].replace("@", "\\0")
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", supervisor)
os.dup2(out.fileno(), 1)
os.execv("$BAD_POINTERS", ["bad-pointers", "$PORT"])
END
}

@test "on a listener that is shared, and on one that is suspended" {
    server_script >server
    chmod +x server
    start_settled server env LD_PRELOAD="$LIBGRACE" GRACE_READY=notify GRACE_LOG_LEVEL=debug ./server
    grace_wait 30 done_times 1 first
    is_plain first
    hup_until 10 log_has 'generation 2 adopts'
    grace_wait 30 done_times 1 second
    is_plain second
    kill -USR2 "$(main_of 1)"
    grace_wait 30 done_times 2 first
    tail -n "$(wc -l <plain)" first | diff plain -
    log_lacks 'generation 2 ready'
}
