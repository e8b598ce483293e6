# SPDX-License-Identifier: ISC
# Where grace can't do its job the server runs as without it, and one line says so.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper
load static

CATCHES=$BATS_FILE_TMPDIR/catches
SLOW=$BATS_FILE_TMPDIR/slow.so
GATE=$BATS_TEST_TMPDIR/gate # what they wait for

# A static program that catches all signals, and ends at each, as Go does at SIGHUP; a library whose
# constructor takes its time in the server.
setup_file() {
    build_static
    cc -static -o "$CATCHES" -x c - <<'END'
#include <signal.h>
#include <unistd.h>
int main(void)
{
    for (int sig = 1; sig < 65; sig++)
        if (sig < SIGCONT || sig > SIGTTOU)
            signal(sig, _exit);
    for (;;)
        pause();
}
END
    cc -shared -fPIC -o "$SLOW" -x c - <<'END'
#include <stdlib.h>
#include <unistd.h>
static __attribute__((constructor)) void wait_at_the_gate(void)
{
    while (getenv("GRACE_HANDOFF") && access(getenv("GATE"), F_OK) < 0)
        usleep(10000);
}
END
}

# answers_and_ends_with STATUS: when it is told to end.
answers_and_ends_with() {
    answered
    kill -TERM "$PID"
    ends_with "$1"
}

one_line_of_grace() {
    (($(grep -c '^grace' "$LOG") == 1)) || dump_log
}

# runs_unwrapped REGEX OPTION...: of confine; one line matches, and the server is the process that
# was started, with nobody above or below it.
runs_unwrapped() {
    start_confined "${@:2}" env LD_PRELOAD="$LIBGRACE" "$PYTHON" "$NOTING" "$PORT" HUP=note TERM=exit:5
    grace_wait 10 answered || dump_log
    one_line_of_grace
    log_has "^grace: $1; the server runs without grace$" || fail "$(<"$LOG")"
    [[ $(tree_of "$PID") == "$PID" ]]
    [[ $(readlink "/proc/$PID/exe") == *python3* ]]
    ! grep -q libgrace "/proc/$PID/maps" || fail "the library is still mapped"
    [[ ! -e $GRACE_RUNTIME_DIR/$PID.sock ]]
    hup_until 5 log_has 'SIGHUP arrived'
    answers_and_ends_with 5
}

@test "no memfd_create" { runs_unwrapped 'memfd.*: Operation not permitted' --deny memfd_create; }
@test "no ftruncate" { runs_unwrapped 'memfd.*: Operation not permitted' --deny ftruncate; }
@test "no eventfd" { runs_unwrapped '.*eventfd: Operation not permitted' --deny eventfd2; }
@test "no signalfd" { runs_unwrapped 'signalfd: Operation not permitted' --deny signalfd4; }
@test "no socketpair" { runs_unwrapped 'socketpair or pipe: Operation not permitted' --deny socketpair; }
@test "no pipe" { runs_unwrapped '.*pipe.*: Operation not permitted' --deny pipe2; }

@test "no process left" {
    cd / # which that user can enter
    runs_unwrapped 'fork: Resource temporarily unavailable' --uid 54321 --processes 1
}

# What a server inherits: signals, masks, open files, and the subreaper's duty it must not have.
STATE='import ctypes, os, signal
reaper = ctypes.c_int()
ctypes.CDLL(None).prctl(37, ctypes.byref(reaper))
status = open("/proc/self/status").read().splitlines()
print(reaper.value, [line for line in status if line[:3] == "Sig" and line[:4] != "SigQ"])
print(sorted(os.listdir("/proc/self/fd")), sorted(os.environ.items()))
try: print(os.waitpid(-1, 0))
except ChildProcessError: print("no child")
raise SystemExit(7)'

@test "what it gives up leaves nothing behind in the server" {
    local plain call
    plain=$("$LAUNCH" -- env GRACE_RUNTIME_DIR= "$PYTHON" -c "$STATE" || (($? == 7)))
    plain=${plain/"('GRACE_RUNTIME_DIR', ''), "/}
    for call in memfd_create eventfd2 signalfd4 socketpair pipe2; do
        run --separate-stderr -7 "$LAUNCH" -- "$CONFINE" --deny "$call" env \
            LD_PRELOAD="$LIBGRACE" "$PYTHON" -c "$STATE"
        [[ $output == "$plain" ]] || fail "$call: $output" "$plain"
        # shellcheck disable=SC2154 # bats sets it
        [[ ${#stderr_lines[@]} == 1 ]] || fail "$call: $stderr"
    done
}

@test "few file descriptors: it runs, wrapped or not, with a line at most" {
    local n rc wrapped=0
    for n in {4..24}; do
        rc=0
        "$LAUNCH" -- "$CONFINE" --files "$n" env LD_PRELOAD="$LIBGRACE" /bin/sh -c \
            'echo started; exit 7' >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || rc=$?
        [[ $rc == 7 && $(<"$BATS_TEST_TMPDIR/out") == started ]] || fail "$n: exit status $rc"
        (($(wc -l <"$BATS_TEST_TMPDIR/err") <= 1)) || fail "$n: $(<"$BATS_TEST_TMPDIR/err")"
        if [[ -s $BATS_TEST_TMPDIR/err ]]; then
            ((wrapped == 0)) || fail "$n: $(<"$BATS_TEST_TMPDIR/err")"
        else
            wrapped=1
        fi
    done
    ((wrapped)) || fail "24 file descriptors are not enough"
}

@test "few file descriptors: it serves, and a restart that can't be is harmless" {
    local n
    for n in 7 8 9 10 11 12 14 16 18 20 24; do
        start_confined --files "$n" env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" \
            --hup install
        grace_wait 10 answered || dump_log
        hup_until 10 log_has "SIGHUP arrived|generation 2 (retired|rolled back)|generation 1 retired" ||
            dump_log
        grace_wait 10 answered || dump_log
        grace_wait 10 session_is_killed "$PID"
        : >"$LOG"
    done
}

# restarts_all_the_same COMMAND...: nothing is missing that a restart needs.
restarts_all_the_same() {
    start_settled confined "$@"
    restart_under_load 2 --rate 500 "http://127.0.0.1:$PORT/"
}

@test "no pidfd_open, no process_vm_readv, no setpgid, no prctl: it restarts all the same" {
    restarts_all_the_same "$CONFINE" --deny pidfd_open --deny process_vm_readv --deny setpgid --deny prctl \
        env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
}

@test "servers that can't pass a listener on say so, and the one that serves goes on" {
    start_confined --deny sendmsg env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 10 answered
    hup_until 10 log_has 'generation 2 rolled back: .*; generation 1 goes on'
    log_has 'grace.*: generation 1 could not hand over a listener, .*\(seccomp\?.*is looked for'
    log_has 'grace.*: generation 2 could not hand over a listener, or take one over \(seccomp'
    answered
}

@test "no process left for a restart" {
    cd /
    start_confined --uid 54321 --processes 2 env -u GRACE_RUNTIME_DIR LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    grace_wait 10 log_has 'generation 1 ready'
    hup_until 5 log_has 'rolled back: fork: Resource temporarily unavailable; generation 1 goes on'
    answers_and_ends_with 143
    rm -rf /tmp/grace-54321
}

@test "a runtime directory that can't be: signals still work" {
    export GRACE_RUNTIME_DIR=/proc/nowhere
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 10 log_has 'generation 1 ready'
    (($(grep -c '^grace' "$LOG") == 2))
    log_has "/proc/nowhere/$PID.sock: .*\`grace\` can't reach this server, signals still work"
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    hup_until 10 log_has 'generation 1 retired'
    load_finish
}

@test "a library without the x bit" {
    cp "$LIBGRACE" "$BATS_TEST_TMPDIR/libgrace.so"
    chmod 644 "$BATS_TEST_TMPDIR/libgrace.so"
    restarts_all_the_same env LD_PRELOAD="$BATS_TEST_TMPDIR/libgrace.so" "$SERVER" --listen "127.0.0.1:$PORT"
}

# cant_restart COMMAND...: of a static server with --hup install.
cant_restart() {
    start static "$@"
    grace_wait 10 answered || dump_log
    grace_wait 5 log_has "does not load libgrace.so .*can't be restarted"
    one_line_of_grace
    hup_until 5 log_has 'SIGHUP arrived'
    [[ $(grep -c 'SIGHUP arrived' "$LOG") == 1 ]]
    answers_and_ends_with 143
}

@test "a static program runs, and gets its SIGHUP" {
    cant_restart "$LIBGRACE" "$STATIC" --listen "127.0.0.1:$PORT" --hup install
}

@test "grace restart of a static program is refused at once, and the program lives" {
    start static "$LIBGRACE" "$STATIC" --listen "127.0.0.1:$PORT"
    grace_wait 10 answered || dump_log
    run -1 timeout 10 "$GRACE" restart "$PID" # too early to know
    [[ $output == *"refused: the server does not load libgrace.so"* ]] || fail "$output"
    run -1 timeout 10 "$GRACE" restart "$PID"
    answers_and_ends_with 143
}

@test "a setuid program says so" {
    let_everybody_in
    put "$APP" <"$SERVER"
    chown nobody "$APP"
    chmod u+s "$APP"
    start setuid "$LIBGRACE" "$APP" --listen "127.0.0.1:$PORT"
    grace_wait 20 log_has "does not load libgrace.so .*is setuid.*can't be restarted" || dump_log
    answers_and_ends_with 143
}

@test "a setuid program into which the supervisor may not look says so" {
    let_everybody_in
    put "$APP" <"$SERVER"
    chmod u+s "$APP"
    cd /
    start_confined --uid 54321 env GRACE_RUNTIME_DIR= "$LIBGRACE" "$APP" --listen "127.0.0.1:$PORT"
    grace_wait 20 log_has "does not load libgrace.so .*may not be looked into.*can't be restarted" ||
        dump_log
    outlives_hup 'does not load libgrace.so'
    answers_and_ends_with 143
    rm -rf /tmp/grace-54321
}

# outlives_hup REGEX: which it does not get; the log says why, and that it was not passed on.
outlives_hup() {
    hup_until 10 log_has "no restart: .*$1.*; SIGHUP was not passed on" || dump_log
    [[ $(tree_of "$PID") == *$'\n'* ]] || dump_log
}

@test "a static program that does not handle SIGHUP outlives it" {
    start static "$LIBGRACE" "$STATIC" --listen "127.0.0.1:$PORT"
    grace_wait 10 answered || dump_log
    outlives_hup 'does not load libgrace.so'
    answers_and_ends_with 143
}

@test "a program that catches whatever signal there is, as Go does, outlives SIGHUP" {
    start catches "$LIBGRACE" "$CATCHES"
    grace_wait 10 log_has 'does not load libgrace.so'
    outlives_hup 'does not load libgrace.so'
    kill -TERM "$PID"
    ends_with 15
}

@test "a static program started by a script" {
    SERVER=$STATIC install_app --hup install
    cant_restart env LD_PRELOAD="$LIBGRACE" "$APP"
}

@test "a static program that a script waits for" {
    put "$APP" <<END
#!/bin/sh
"$STATIC" --listen 127.0.0.1:$PORT &
trap '' HUP
trap 'kill \$!; exit 7' TERM
wait
END
    start waiting env LD_PRELOAD="$LIBGRACE" "$APP"
    grace_wait 10 answered
    grace_wait 10 log_has "listens on port $PORT unseen by libgrace.so .*can't be restarted"
    one_line_of_grace
    hup_until 5 log_has 'no restart: the server listens unseen by libgrace.so'
    run -1 "$GRACE" restart "$PID"
    answers_and_ends_with 7
}

@test "a server that is slow to listen is not taken for one that listens unseen" {
    start slow env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT" --start-ms 2500
    grace_wait 10 settled "$PID" 1
    log_lacks unseen
}

# has_mapped FILE: some process that was started has.
has_mapped() {
    local pid
    for pid in $(tree_of "$PID"); do
        [[ $pid == "$PID" ]] || ! grep -q "/${1##*/}" "/proc/$pid/maps" || return 0
    done
    return 1
}

@test "a server that loads libgrace.so slowly is starting, and a signal meanwhile waits" {
    local started
    export GATE
    start slow env LD_PRELOAD="$LIBGRACE $SLOW" "$SERVER" --listen "127.0.0.1:$PORT"
    started=${EPOCHREALTIME/[.,]/}
    grace_wait 20 has_mapped "$SLOW"
    hup_until 20 log_has 'restart waits until generation 1 is ready'
    grace_wait 20 passed 2 "$started" # it was looked at twice
    one_line_of_grace
    touch "$GATE"
    grace_wait 20 settled "$PID" 2
    log_lacks "does not load|not see|died|killed"
}

@test "a wrapper that lacks libgrace.so executes a server that loads it: what was said is taken back" {
    start wrapper "$LIBGRACE" "$WAITS" "$GATE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 20 log_has "does not load libgrace.so .*has no dynamic loader.*can't be restarted"
    hup_until 20 log_has 'no restart: the server does not load libgrace.so; SIGHUP was not passed on'
    touch "$GATE"
    grace_wait 20 settled "$PID" 1
    log_has 'generation 1 is seen by libgrace.so after all: it can be restarted'
    restart_and_wait "$PID"
}

@test "a new version that is static: the old one goes on" {
    export GRACE_READY_TIMEOUT=3s
    cp "$SERVER" "$APP"
    start_wrapped app "$APP" --listen "127.0.0.1:$PORT"
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    put "$APP" <"$STATIC"
    hup_until 10 rolled_back "$PID" 1
    grace_wait 10 lone_generation "$PID"
    put "$APP" <"$SERVER"
    restart_and_wait "$PID"
    load_finish
}
