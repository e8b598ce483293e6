# SPDX-License-Identifier: ISC
# Started with less than one expects, the server does what it does without grace: it is restarted, or
# one line says why not; nothing dies of it but what would have died anyway.
# shellcheck disable=SC2016,SC2030,SC2031 # for another shell; each test has one of its own
load ../bats/helper

teardown() {
    grace_end
    rm -rf "${DIRECTORY:-/nonexistent}"
}

# restarts_and_answers: what was started does.
restarts_and_answers() {
    grace_wait 20 lone_generation "$PID" || dump_log
    restart_times 2
    answered
}

# soft_limit NAME PID
soft_limit() {
    awk -v name="$1" 'index($0, name) == 1 { print $(NF - 2) }' "/proc/$2/limits"
}

# unwrapped: the server is the process that was started.
unwrapped() {
    answered && [[ $(readlink "/proc/$PID/exe") == "$SERVER" && $(tree_of "$PID") == "$PID" ]]
}

@test "entries of the environment that are no variables are the server's, as without grace" {
    local entry plain wrapped errors=$BATS_TEST_TMPDIR/errors
    for entry in GRACE_LOG GRACE_ GRACE '' = =x LD_PRELOAD LD_PRELOADX=1 "X=$(printf '%0130000d' 1)"; do
        plain=$("$LAUNCH" -- "$CONFINE" --entry "$entry" env -u GRACE_RUNTIME_DIR | sort)
        wrapped=$("$LAUNCH" -- "$CONFINE" --entry "$entry" env LD_PRELOAD="$LIBGRACE" env 2>"$errors" | sort)
        [[ $wrapped == "$plain" ]] || fail "${entry:0:40}: ${wrapped:0:2000}"
        [[ ! -s $errors ]] || fail "${entry:0:40}: $(<"$errors")"
    done
}

@test "of two entries with one name the first counts, as for getenv()" {
    run -0 "$LAUNCH" -- "$CONFINE" --entry GRACE_LOG_LEVEL=error --entry GRACE_LOG_LEVEL=nonsense \
        env LD_PRELOAD="$LIBGRACE" env
    [[ $output != *GRACE_LOG_LEVEL* ]]
    run -125 "$LAUNCH" -- "$CONFINE" --entry GRACE_LOG_LEVEL=nonsense --entry GRACE_LOG_LEVEL=error \
        env LD_PRELOAD="$LIBGRACE" env
}

# streams PID: what its standard streams are, without the numbers of sockets.
streams() {
    local fd
    for fd in 0 1 2; do
        echo "$fd $(readlink "/proc/$1/fd/$fd" | sed 's/[0-9]//g')"
    done
}

# no_connection: the server has closed what it had; the number may be that of a standard stream.
no_connection() {
    [[ $(ss -tnpH "sport = :$PORT") != *"pid=$PID,"* ]]
}

@test "standard streams that are closed stay so, and nothing of grace gets their numbers" {
    local closed plain
    for closed in 0 1 2 01 12 02 012; do
        PORT=$(grace_free_port)
        start_confined --closed "$closed" "$SERVER" --listen "127.0.0.1:$PORT"
        grace_wait 10 answered
        grace_wait 10 no_connection
        plain=$(streams "$PID")
        PORT=$(grace_free_port)
        start_confined --closed "$closed" env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
        grace_wait 20 settled "$PID" 1
        [[ $(streams "$(server_pid "$PID")") == "$plain" ]] || fail "$closed" "$(streams "$(server_pid "$PID")")"
        restart_and_wait "$PID"
        [[ $(streams "$(server_pid "$PID")") == "$plain" ]] || fail "$closed" "$(streams "$(server_pid "$PID")")"
        [[ $(streams "$PID") != *[0-2]\ *:* ]] || fail "$closed" "$(streams "$PID")"
    done
}

@test "a command of grace with closed standard output fails, and that is all" {
    start_server
    run -1 "$LAUNCH" -- "$CONFINE" --closed 01 "$GRACE" status "$PID"
    [[ $output == *"can't write to standard output"* ]] || fail "$output"
    settled "$PID" 1
    answered
}

@test "a soft limit of file sizes does not keep the page from being made, and is the server's" {
    start limited sh -c 'ulimit -S -f 0 && exec "$@"' sh env LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    restarts_and_answers
    [[ $(soft_limit 'Max file size' "$(server_pid "$PID")") == 0 ]]
}

@test "a hard limit of file sizes: the server runs unwrapped, with its limit and one line" {
    cd /
    start_confined --uid 54321 --file-size 5000 env LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    grace_wait 10 unwrapped || dump_log
    [[ $(grep -c ^grace "$LOG") == 1 ]] || dump_log
    log_has '^grace: memfd or eventfd: File too large; the server runs without grace$'
    [[ $(soft_limit 'Max file size' "$PID") == 5000 ]]
}

@test "nobody reads standard error: a server that can't be wrapped runs all the same" {
    start_confined --no-reader --deny memfd_create env LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    grace_wait 10 unwrapped
    [[ $(grep SigIgn "/proc/$PID/status") == "SigIgn:"*0000000000000000 ]]
}

@test "nobody reads standard error: the library in the server says so to nobody" {
    start_confined --no-reader env GRACE_HANDOFF=0:stale LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    grace_wait 10 unwrapped
}

@test "nobody reads standard error: restarts, and an unknown variable" {
    start_confined --no-reader env GRACE_UNKNOWN=1 LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    restarts_and_answers
}

@test "the signals of a limit are not passed on to the server" {
    start_server
    kill -XFSZ "$PID"
    kill -XCPU "$PID"
    kill -PIPE "$PID"
    restarts_and_answers
    log_lacks 'killed by signal'
}

@test "a limit of processor time is the server's, not the supervisor's" {
    start limited sh -c 'ulimit -S -t 1000 && exec "$@"' sh env LD_PRELOAD="$LIBGRACE" "$SERVER" \
        --listen "127.0.0.1:$PORT"
    restarts_and_answers
    [[ $(soft_limit 'Max cpu time' "$(server_pid "$PID")") == 1000 ]]
    [[ $(soft_limit 'Max cpu time' "$PID") == unlimited ]]
}

@test "a umask of 777: later servers of this user can be reached, too" {
    DIRECTORY=$(mktemp -d) # that every user can enter
    cd / && chown 54321 "$DIRECTORY"
    export GRACE_RUNTIME_DIR=$DIRECTORY/run
    start masked "$CONFINE" --uid 54321 sh -c 'umask 777 && exec "$@"' sh env LD_PRELOAD="$LIBGRACE" \
        "$SERVER" --listen "127.0.0.1:$PORT"
    restarts_and_answers
}

@test "a runtime directory whose name is too long is not made, not even a part of it" {
    local long
    long=$BATS_TEST_TMPDIR/$(printf '%0300d' 1)
    GRACE_RUNTIME_DIR=$long start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 10 log_has 'generation 1 ready'
    log_has 'File name too long' || dump_log
    [[ $(compgen -G "$BATS_TEST_TMPDIR/000*") == '' ]]
    answered
}

@test "the directory of the start is gone, every signal is ignored: it restarts" {
    mkdir "$BATS_TEST_TMPDIR/gone" && cd "$BATS_TEST_TMPDIR/gone"
    start gone sh -c 'rmdir "$(pwd)" && trap "" HUP CHLD PIPE USR1 USR2 ALRM && exec "$@"' sh \
        env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    cd /
    restarts_and_answers
}
