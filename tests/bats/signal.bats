# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# grace signal: a signal reaches the server as the server's own.
load helper

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# refused REGEX: with exit code 1, and one line like this.
refused() {
    [[ $status -eq 1 && $stderr =~ $1 && $stderr != *$'\n'* ]] || fail "$status: $output" "$stderr"
}

@test "by name or number it reaches the main process of the generation that serves" {
    local word
    start_noting USR1=note
    restarted
    for word in USR1 SIGUSR1 sigusr1 10; do
        : >"$LOG"
        grace signal "$word" "$PID"
        [[ $status -eq 0 && -z $stderr ]] || fail "$stderr"
        [[ $output == "SIGUSR1 for process $(main_of 2), generation 2" ]] || fail "$output"
        grace_wait 10 log_has 'noting: SIGUSR1 arrived'
    done
}

@test "the restart signal is refused with what helps, and restarts nothing" {
    start_noting HUP=note
    grace signal HUP "$PID"
    refused 'signal refused: SIGHUP asks for a restart here, .*--signal USR2'
    settled "$PID" 1
    log_lacks 'arrived'
    stop_and_wait "$PID"
    export GRACE_SIGNAL=USR2
    start_noting HUP=note USR2=note
    grace signal HUP "$PID"
    [[ $status -eq 0 ]]
    grace_wait 10 log_has 'noting: SIGHUP arrived'
    grace signal USR2 "$PID"
    refused 'SIGUSR2 asks for a restart here, .*--signal USR1'
    settled "$PID" 1
    log_lacks 'SIGUSR2 arrived'
}

@test "nginx opens its logs anew on USR1, also in later generations" {
    local log=$BATS_TEST_TMPDIR/access.log
    put "$BATS_TEST_TMPDIR/conf" <<<"daemon off; pid $BATS_TEST_TMPDIR/pid; error_log $BATS_TEST_TMPDIR/error.log;
events {}
http { access_log $log; server { listen 127.0.0.1:$PORT; return 200 hello; } }"
    start_wrapped nginx nginx -c "$BATS_TEST_TMPDIR/conf"
    for _ in 1 2; do
        rm "$log"
        grace signal USR1 "$PID"
        [[ $status -eq 0 ]] || fail "$stderr"
        grace_wait 10 test -e "$log"
        restarted
    done
}

@test "a server that went into the background gets it, too" {
    start_background "$SERVER" --listen "127.0.0.1:$PORT" --daemonize 1
    grace signal TERM "$PID"
    [[ $status -eq 0 && $output == 'SIGTERM for generation 1' ]] || fail "$output" "$stderr"
    grace_wait 20 gone "$PID"
}

@test "what ends it ended it by itself: it is started again, with --respawn" {
    local main
    export GRACE_RESPAWN=on
    start_server
    main=$(server_pid "$PID")
    grace signal KILL "$PID"
    [[ $status -eq 0 ]]
    grace_wait 20 settled "$PID" 2
    gone "$main"
    grace signal STOP "$PID"
    grace_wait 10 stopped "$(server_pid "$PID")"
    grace signal CONT "$PID"
    answered
}

@test "a signal that is none is a usage error, and 57 is not for the server" {
    local words
    for words in '' '--all' 'FOO web' '0 web' '65 web' 'HUPP web' '1x web' '-1 web' 'HUP'; do
        # shellcheck disable=SC2086
        grace signal $words
        [[ $status -eq 2 && $stderr == *"see 'grace help signal'" ]] || fail "$words: $status $stderr"
    done
    start_noting USR1=note
    grace signal 57 "$PID"
    refused "signal 57 is grace's own"
}

@test "several get it, whatever becomes of one" {
    start_noting USR1=note
    grace signal USR1 nobody "$PID"
    [[ $status -eq 3 && $stderr == *'no server'* ]]
    grace_wait 10 log_has 'noting: SIGUSR1 arrived'
    : >"$LOG"
    grace signal USR1 --all
    [[ $status -eq 0 ]]
    grace_wait 10 log_has 'noting: SIGUSR1 arrived'
}

@test "a supervisor of another version that doesn't know a request is named as what it is" {
    start_pretending <<<"failed unknown request"
    grace signal USR1 "$PID"
    refused "signal failed: supervisor $PID is of another version, which doesn't know 'signal 10'"
    grace restart --now "$PID"
    refused "doesn't know 'restart now'"
}
