# SPDX-License-Identifier: ISC
# What it means that a restart is over: whoever connects from then on is answered by the new version.

load helper

# who_answers: sets ANSWER, the main process of the generation that answers one connection, with no
# program started in between.
who_answers() {
    local line
    ANSWER=
    exec {CLIENT}<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'GET / HTTP/1.0\r\n\r\n' >&"$CLIENT"
    while IFS= read -r line <&"$CLIENT"; do [[ $line != $'\r' ]] || break; done
    read -r ANSWER <&"$CLIENT" || [[ $ANSWER ]]
    exec {CLIENT}>&-
}

# answers_new COUNT [OPTION...]: so many restarts of our server, and the next connection after each is
# not the old generation's.
answers_new() {
    local i old
    start_server "${@:2}"
    who_answers
    for ((i = 0; i < $1; i++)); do
        old=$ANSWER
        "$GRACE" restart "$PID" >"$BATS_TEST_TMPDIR/steps" || dump_log
        who_answers
        [[ $ANSWER && $ANSWER != "$old" ]] || fail "restart $i: $old answers" "$(<"$LOG")"
    done
}

@test "processes that sleep in accept()" { answers_new 50 --model prefork --workers 4 --wait accept; }

@test "threads that sleep in accept()" { answers_new 50 --model threads --workers 8 --wait accept; }

@test "processes with epolls" { answers_new 50 --model prefork --workers 4 --wait epoll-lt; }

@test "threads with a poll" { answers_new 50 --model threads --workers 4 --wait poll; }

@test "with a probation" {
    GRACE_PROBATION=10ms answers_new 20 --model prefork --workers 4 --wait accept
}

@test "an old generation that gets no time to drain takes nobody while it is ended" {
    GRACE_DRAIN_TIMEOUT=0 answers_new 20 --model prefork --workers 4 --wait accept
}

# deaf: a server whose process takes no signal 57: a system call of its own blocks it.
deaf() {
    put "$BATS_TEST_TMPDIR/deaf.py" <<'EOF'
import ctypes, http.server, mmap, sys
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\x49\x89\xca\xb8\x0e\0\0\0\x0f\x05\xc3")  # rt_sigprocmask(rdi, rsi, rdx, rcx)
sigprocmask = ctypes.CFUNCTYPE(ctypes.c_long, *4 * [ctypes.c_void_p])(
    ctypes.addressof(ctypes.c_char.from_buffer(code)))
sigprocmask(0, ctypes.addressof(ctypes.c_ulong(1 << 56)), None, 8)
http.server.test(port=int(sys.argv[1]), bind="127.0.0.1")
EOF
    start_wrapped deaf "$PYTHON" "$BATS_TEST_TMPDIR/deaf.py" "$PORT"
}

@test "a process that does not answer is named after some seconds, and the restart is over" {
    local main
    deaf
    main=$(server_pid "$PID")
    run -0 "$GRACE" restart "$PID"
    [[ $output == *"generation 1: process $main has not said within 5 s that it accepts no more"* ]] ||
        fail "$output"
    log_lacks 'generation 1 accepts no more'
}

@test "meanwhile one more restart can be asked for, and follows" {
    deaf
    start_beside first "$GRACE" restart "$PID"
    grace_wait 20 log_has 'generation 1 draining'
    "$GRACE" restart "$PID"
    log_has 'generation 3 ready'
    wait "$LAUNCHED"
}
