# SPDX-License-Identifier: ISC
# SIGHUP restarts the server whatever the server itself does with it, and never reaches it.
load helper

# survives_hups OPTION...: HUP to the supervisor and to the server restart it, and it sees neither.
survives_hups() {
    local generation
    start_server "$@"
    load_start --rate 1000 "http://127.0.0.1:$PORT/"
    restart_and_wait "$PID"
    generation=$(generation_of "$PID")
    kill -HUP "$(server_pid "$PID")"
    grace_wait 20 settled_beyond "$PID" "$generation"
    load_finish
    log_lacks 'SIGHUP arrived'
}

# A thread that is to be cancelled is so in write() or poll(), of our handler, too; whatever it had
# locked when the signal came would stay locked.
@test "a thread that is to be cancelled is not cancelled by the signal" {
    start cancelled env LD_PRELOAD="$LIBGRACE" "$BUILD/tests/servers/cancelled" "$PORT" \
        "$BATS_TEST_TMPDIR/once"
    grace_wait 20 settled "$PID" 2
    log_has '^not cancelled' || dump_log
}

# apache's event wakes its thread that accepts so, when a worker ends.
@test "one thread's to another is the server's own, and no request" {
    load scripted
    start_version <<END
import signal
signal.signal(signal.SIGHUP, lambda *_: os.write(2, b"woken\n"))
def wake():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGHUP)
    return "awake"
threading.Thread(target=threads, args=([listening($PORT)], answering(wake)), daemon=True).start()
while True:
    time.sleep(60)
END
    answers awake 127.0.0.1 "$PORT"
    grace_wait 5 log_has woken
    settled "$PID" 1
    restart_and_wait "$PID"
    (($(grep -c woken "$LOG") == 1))
}

# As zabbix_agentd ends its workers.
@test "nor is one process's to another as they end" {
    load scripted
    version <<END
import signal
child = os.fork()
if child == 0:
    signal.signal(signal.SIGHUP, lambda *_: (os.write(2, b"sent home\\n"), os._exit(0)))
    while True:
        time.sleep(60)
def end(*_):
    os.kill(child, signal.SIGHUP)
    os.waitpid(child, 0)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
threading.Thread(target=threads, args=([listening($PORT)], answering("serving")), daemon=True).start()
while True:
    time.sleep(60)
END
    start_installed
    restart_and_wait "$PID"
    grace_wait 10 log_has 'generation 1 retired'
    (($(grep -c 'sent home' "$LOG") == 1))
    settled "$PID" 2
    stop_and_wait "$PID"
    (($(grep -c 'sent home' "$LOG") == 2))
    log_lacks 'did not stop|not stop in time|no restart|requested'
}

# With another signal for restarts, the server's own meaning of SIGHUP comes back.
own_meaning() {
    export GRACE_SIGNAL=USR2
    start_server "$@"
    hup_until 5 log_has 'SIGHUP arrived'
    kill -USR2 "$PID"
    grace_wait 20 settled "$PID" 2
}

@test "default action" { survives_hups; }
@test "a handler" { survives_hups --hup install; }
@test "blocked" { survives_hups --hup block; }
@test "a thread in sigwait" { survives_hups --hup sigwait; }
@test "a thread in sigwait, workers in accept" { survives_hups --hup sigwait --wait accept --model threads; }
@test "signalfd" { survives_hups --hup signalfd; }
@test "signalfd in poll" { survives_hups --hup signalfd --wait poll; }
@test "ignored" { survives_hups --hup ignore; }
@test "a handler in prefork workers" { survives_hups --hup install --model prefork; }
@test "all signals blocked in all threads" {
    export GRACE_STOP_SIGNAL=none # TERM reaches none of them: each would be killed after 10 s
    survives_hups --block-signals --model threads
}

@test "own meaning: a handler" { own_meaning --hup install; }
@test "own meaning: sigwait" { own_meaning --hup sigwait; }
@test "own meaning: signalfd" { own_meaning --hup signalfd; }

# system() ignores SIGQUIT as long as its command runs.
@test "a restart that is asked for while system() runs is done" {
    load scripted
    export GRACE_SIGNAL=QUIT
    start_version <<END
import ctypes, signal
libc = ctypes.CDLL(None)
def action():
    now = ctypes.create_string_buffer(256)
    libc.sigaction(signal.SIGQUIT, None, now)
    return struct.unpack("P", now.raw[:8])[0]
signal.signal(signal.SIGQUIT, lambda *_: None)
def body():
    before = action()
    libc.system(b"kill -QUIT \$PPID")
    return "the same" if action() == before > 1 else "another"
serve(listening($PORT), body=body)
END
    answers 'the same' 127.0.0.1 "$PORT"
    grace_wait 20 settled "$PID" 2
}
