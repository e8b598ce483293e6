# SPDX-License-Identifier: ISC
# The GRACE_ variables of libgrace: what each does, and what value it rejects.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

# wrapped NAME=VALUE... COMMAND...
wrapped() {
    run --separate-stderr "$LAUNCH" --stdin /dev/null -- env "LD_PRELOAD=$LIBGRACE" "$@"
}

# rejects NAME VALUE ALLOWED: with one line, and the server does not start.
rejects() {
    wrapped "$1=$2" /bin/sh -c 'echo started'
    [[ $status == 125 && $output == '' ]] || fail "$1=$2: exit status $status"
    # shellcheck disable=SC2154 # bats sets it
    [[ ${#stderr_lines[@]} == 1 && $stderr == "grace: $1=$2: "*"$3"* ]] || fail "$1=$2: $stderr"
}

takes() {
    local value
    for value in "${@:2}"; do
        wrapped GRACE_LOG_LEVEL=warning "$1=$value" /bin/sh -c 'echo started; exit 7'
        [[ $status == 7 && $output == started && $stderr == '' ]] || fail "$1=$value: $stderr"
    done
}

# duration NAME [none] [never-0]: what can and can't be one.
duration() {
    takes "$1" 500ms 10s 2m 1h
    if [[ ${3-} == never-0 ]]; then
        for value in 0 0s 0ms; do
            rejects "$1" "$value" 'none, but not 0'
        done
    else
        takes "$1" 0 0s
    fi
    for value in '' 10 -1s 1.5s 10x 's' ' 1s' '1 s' 99999999999999999999s; do
        rejects "$1" "$value" 'a duration such as 500ms, 10s'
    done
    if [[ ${2-} == none ]]; then
        takes "$1" none
    else
        rejects "$1" none 'a duration'
    fi
}

@test "GRACE_READY_TIMEOUT: values" { duration GRACE_READY_TIMEOUT none never-0; }
@test "GRACE_DRAIN_TIMEOUT: values" { duration GRACE_DRAIN_TIMEOUT none; }
@test "GRACE_STOP_TIMEOUT: values" { duration GRACE_STOP_TIMEOUT none; }
@test "GRACE_PROBATION: values" { duration GRACE_PROBATION; }
@test "GRACE_SETTLE: values" { duration GRACE_SETTLE; }

@test "GRACE_REQUIRE_LISTENERS: values" {
    takes GRACE_REQUIRE_LISTENERS on off
    for value in '' 1 yes ON; do
        rejects GRACE_REQUIRE_LISTENERS "$value" 'on or off'
    done
}

@test "GRACE_SIGNAL: values" {
    takes GRACE_SIGNAL HUP SIGUSR1 usr2 WINCH sigquit 10
    for value in '' TERM KILL STOP INT CHLD FOO 0 65 -1 'HUP '; do
        rejects GRACE_SIGNAL "$value" 'HUP, USR1, USR2'
    done
}

@test "GRACE_DRAIN_SIGNAL: values" {
    takes GRACE_DRAIN_SIGNAL QUIT SIGWINCH usr1 10 none
    for value in '' FOO 0 65 KILL STOP 'QUIT '; do
        rejects GRACE_DRAIN_SIGNAL "$value" 'a signal such as QUIT, WINCH or USR1, but not KILL or STOP'
    done
    rejects GRACE_DRAIN_SIGNAL HUP 'another signal than the one for a restart'
    GRACE_SIGNAL=USR2 takes GRACE_DRAIN_SIGNAL HUP
}

@test "GRACE_STOP_SIGNAL: values" {
    takes GRACE_STOP_SIGNAL TERM SIGQUIT INT KILL 12 none
    for value in '' FOO 0 65 'TERM QUIT'; do
        rejects GRACE_STOP_SIGNAL "$value" 'a signal such as TERM'
    done
}

@test "GRACE_READY: values" {
    takes GRACE_READY auto notify delay=0 delay=100ms 'exec=test -e /'
    for value in '' Auto delay delay= delay=10 delay=none exec exec= soon; do
        rejects GRACE_READY "$value" 'auto, '
    done
}

@test "GRACE_READY: a delay that GRACE_READY_TIMEOUT does not allow" {
    for value in delay=60s delay=2m; do
        rejects GRACE_READY "$value" 'shorter than GRACE_READY_TIMEOUT'
    done
    takes GRACE_READY delay=59s
    export GRACE_READY_TIMEOUT=none
    takes GRACE_READY delay=2m
    export GRACE_READY_TIMEOUT=1s
    rejects GRACE_READY delay=1s 'shorter than GRACE_READY_TIMEOUT'
}

@test "GRACE_MAX_OLD: values" {
    takes GRACE_MAX_OLD 1 3 100
    for value in '' 0 101 -1 3x many; do
        rejects GRACE_MAX_OLD "$value" 'a number from 1 to 100'
    done
}

@test "GRACE_RESPAWN: values" {
    takes GRACE_RESPAWN on off 5 1 100 3/1m 10/none
    for value in '' 0 0/60s 101 -1 5/ 5/0 5/999ms 5/60 /60s 5/60s/1 5x always; do
        rejects GRACE_RESPAWN "$value" 'a number of starts from 1 to 100'
    done
}

@test "the others: values" {
    takes GRACE_MODE auto overlap sequential
    rejects GRACE_MODE parallel 'auto, overlap or sequential'
    takes GRACE_PIDFILE "$BATS_TEST_TMPDIR/pid"
    rejects GRACE_PIDFILE relative.pid 'an absolute path'
    takes GRACE_SUPERVISOR_PIDFILE "$BATS_TEST_TMPDIR/pid"
    rejects GRACE_SUPERVISOR_PIDFILE relative.pid 'an absolute path'
    takes GRACE_FD_STORE auto on off
    rejects GRACE_FD_STORE 16 'auto, on or off'
    takes GRACE_TERM pass drain
    rejects GRACE_TERM kill 'pass or drain'
    takes GRACE_RUNTIME_DIR "$BATS_TEST_TMPDIR/run" ''
    rejects GRACE_RUNTIME_DIR run 'an absolute path'
    takes GRACE_BEFORE_RESTART true
    rejects GRACE_BEFORE_RESTART '' 'a command'
    takes GRACE_ON_EVENT true
    rejects GRACE_ON_EVENT '' 'a command'
    mkdir "$BATS_TEST_TMPDIR/env"
    takes GRACE_ENVDIR "$BATS_TEST_TMPDIR/env"
    rejects GRACE_ENVDIR env 'the absolute path of a directory'
    takes GRACE_USER root root:root 0:0
    for value in '' :root root:; do
        rejects GRACE_USER "$value" 'a user, or user:group'
    done
    takes GRACE_NICE 19 0 5
    for value in '' 20 -21 +1 x --1; do
        rejects GRACE_NICE "$value" 'a number from -20 to 19'
    done
    takes GRACE_MAX_AGE 1s 24h none
    for value in '' 0 999ms 60 -1s; do
        rejects GRACE_MAX_AGE "$value" 'a duration of 1s at least'
    done
    takes GRACE_KEEPALIVE off close
    for value in '' on pass Close; do rejects GRACE_KEEPALIVE "$value" 'off or close'; done
    takes GRACE_CHILDREN scrub keep
    rejects GRACE_CHILDREN none 'scrub or keep'
    takes GRACE_NAME shop shop-1 x
    for value in '' 'two words' a/b 1st $'a\nb'; do
        wrapped "GRACE_NAME=$value" /bin/true
        [[ $status == 125 && ${stderr_lines[0]} == 'grace: GRACE_NAME='* ]]
    done
    takes GRACE_LOG stderr "$BATS_TEST_TMPDIR/log"
    for value in '' STDERR relative/path "$BATS_TEST_TMPDIR/no/such/directory" "$BATS_TEST_TMPDIR"; do
        rejects GRACE_LOG "$value" ''
    done
    takes GRACE_LOG_LEVEL error warning info
    rejects GRACE_LOG_LEVEL loud 'error, warning, info or debug'
}

@test "each is in the manual" {
    local variables variable
    mapfile -t variables < <(sed -n 's/^    {"\(GRACE_[A-Z_]*\)", set_.*/\1/p' \
        "$ROOT/shim/supervisor/state/option_values.c")
    ((${#variables[@]} >= 25))
    for variable in "${variables[@]}"; do
        grep -q "^\.It Ev $variable$" "$ROOT/docs/libgrace.7" || fail "$variable is not"
    done
}

@test "an unknown variable is named, and the server starts" {
    wrapped GRACE_DRIAN_TIMEOUT=1s /bin/sh -c 'echo started; exit 7'
    [[ $status == 7 && $output == started ]]
    [[ ${#stderr_lines[@]} == 1 && $stderr == *GRACE_DRIAN_TIMEOUT* ]]
    [[ $stderr != *GRACE_DRIAN_TIMEOUT=* ]] || fail "the value may be a secret: $stderr"
}

@test "GRACE_SIGNAL: any of its signals restarts, SIGHUP is the server's" {
    for GRACE_SIGNAL in USR1 USR2 QUIT WINCH ALRM PWR URG; do
        export GRACE_SIGNAL
        PORT=$(grace_free_port)
        start_noting HUP=note
        hup_until 5 log_has 'SIGHUP arrived'
        kill -s "$GRACE_SIGNAL" "$PID"
        grace_wait 10 settled "$PID" 2
        kill -s "$GRACE_SIGNAL" "$(server_pid "$PID")"
        grace_wait 10 settled "$PID" 3
        [[ $(grep -c arrived "$LOG") == 1 ]]
        rm "$LOG"
    done
}

@test "GRACE_READY=delay" {
    export GRACE_READY=delay=700ms
    start_server
    restart_and_wait "$PID"
    (($(ready_ms 2) >= 700))
}

@test "GRACE_READY=exec" {
    local flag=$BATS_TEST_TMPDIR/flag
    # shellcheck disable=SC2016 # for the command
    export GRACE_READY="exec=test -e $flag-\$GRACE_GENERATION && kill -0 \$GRACE_MAIN_PID"
    touch "$flag-1"
    start_server
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    hup_until 5 log_has 'generation 2 starting'
    grace_wait 5 adopted_but_not_ready
    touch "$flag-2"
    grace_wait 5 settled "$PID" 2
    load_finish
}

adopted_but_not_ready() {
    [[ $(status "$PID") == *'"state":"restarting"'*'"accepted":'[1-9]*'"accepted":'[1-9]* ]]
}

@test "GRACE_READY=exec: never, until GRACE_READY_TIMEOUT" {
    local flag=$BATS_TEST_TMPDIR/flag
    export GRACE_READY="exec=test -e $flag" GRACE_READY_TIMEOUT=3s
    touch "$flag"
    start_server
    rm "$flag"
    load_start --rate 500 "http://127.0.0.1:$PORT/"
    hup_until 10 rolled_back "$PID" 1
    log_has "rolled back: not ready after ([3-9]|[0-9]{2,})[0-9]{3} ms: 'test -e $flag' did not succeed"
    load_finish
}

@test "GRACE_LOG, GRACE_LOG_LEVEL, GRACE_NAME" {
    export GRACE_LOG=$BATS_TEST_TMPDIR/file GRACE_LOG_LEVEL=warning GRACE_NAME=shop
    install_app
    start_wrapped server "$APP"
    [[ $(status shop) == '{"name":"shop","pid":'$PID,* ]]
    restart_and_wait "$PID"
    [[ ! -s $GRACE_LOG ]]
    install_app --fail exit:9
    hup_until 5 rolled_back "$PID" 1
    [[ $(<"$GRACE_LOG") == "grace[$PID]: generation 3 rolled back: exit status 9 "* ]]
    [[ ! -s $LOG ]]
}

# goes_to FILE: the lines of the next restart do, all of them.
goes_to() {
    local generation
    generation=$(generation_of "$PID")
    restart_and_wait "$PID"
    grep -q "generation $((generation + 1)) starting" "$1"
    grep -q "generation $generation retired" "$1"
}

@test "GRACE_LOG: a file that is rotated, whatever the way" {
    export GRACE_LOG=$BATS_TEST_TMPDIR/file
    start_server
    chmod 600 "$GRACE_LOG"
    mv "$GRACE_LOG" "$GRACE_LOG.1"
    goes_to "$GRACE_LOG"
    [[ $(stat -c %a "$GRACE_LOG") == 600 ]]
    mv "$GRACE_LOG" "$GRACE_LOG.2"
    install -m 640 /dev/null "$GRACE_LOG"
    goes_to "$GRACE_LOG"
    [[ $(stat -c %a "$GRACE_LOG") == 640 ]]
    rm "$GRACE_LOG"
    goes_to "$GRACE_LOG"
    cp "$GRACE_LOG" "$GRACE_LOG.3"
    truncate -s 0 "$GRACE_LOG"
    goes_to "$GRACE_LOG"
    [[ $(head -c 6 "$GRACE_LOG") == 'grace[' ]]
    ! grep -q 'no longer' "$GRACE_LOG"* || false
    [[ $(find "/proc/$PID/fd" -lname "$GRACE_LOG*" | wc -l) == 1 ]]
}

@test "GRACE_LOG: what others put in its place is not written to" {
    local place
    export GRACE_LOG=$BATS_TEST_TMPDIR/logs/file
    mkdir "$BATS_TEST_TMPDIR/logs"
    start_server
    echo private >"$BATS_TEST_TMPDIR/private"
    for place in 'ln -s ../private' 'ln ../private' mkfifo mkdir; do
        mv "$GRACE_LOG" "$GRACE_LOG.1"
        (cd "$BATS_TEST_TMPDIR/logs" && $place file)
        goes_to "$GRACE_LOG.1"
        [[ $(grep -c "this log is no longer $GRACE_LOG, which can't be opened: " "$GRACE_LOG.1") == 1 ]]
        rm -rf "$GRACE_LOG"
        restart_and_wait "$PID"
    done
    mv "$BATS_TEST_TMPDIR/logs" "$BATS_TEST_TMPDIR/moved"
    goes_to "$BATS_TEST_TMPDIR/moved/file"
    chown 54321 "$BATS_TEST_TMPDIR"
    ln -s moved "$BATS_TEST_TMPDIR/logs"
    mv "$BATS_TEST_TMPDIR/moved/file" "$BATS_TEST_TMPDIR/moved/old"
    goes_to "$BATS_TEST_TMPDIR/moved/old"
    [[ $(<"$BATS_TEST_TMPDIR/private") == private ]]
}

@test "GRACE_LOG_LEVEL=debug says more, error less" {
    GRACE_LOG_LEVEL=debug start_server
    log_has 'generation 1 listens on tcp 127.0.0.1'
    PORT=$(grace_free_port)
    GRACE_LOG_LEVEL=error start_server
    restart_and_wait "$PID"
    [[ $(grep -c "^grace\[$PID\]" "$LOG") == 0 ]]
}

@test "GRACE_LOG=syslog" {
    start_beside syslog "$PYTHON" -c 'import os, socket, sys
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind(sys.argv[1])
while True: os.write(1, log.recv(4096) + b"\n")' "$BATS_TEST_TMPDIR/log.sock"
    grace_wait 5 test -S "$BATS_TEST_TMPDIR/log.sock"
    start_syslogging
    restart_and_wait "$PID"
    [[ ! -s $LOG ]]
    LOG=$(log_of syslog)
    grace_wait 5 log_has "^<30>.* grace\[$PID\]: generation 2 ready in [0-9]+ ms \(1 listener\)"
}

@test "GRACE_SETTLE: so long a listener may be missing" {
    local other
    other=$(grace_free_port)
    export GRACE_SETTLE=800ms
    install_app --listen "127.0.0.1:$other"
    start_wrapped app "$APP"
    install_app
    restart_under_load 1 --rate 500 "http://127.0.0.1:$PORT/"
    (($(ready_ms 2) >= 800))
    log_has "tcp 127.0.0.1:$other is not served by generation 2"
    refuses "http://127.0.0.1:$other/"
}

@test "GRACE_MAX_OLD: the oldest has to go" {
    export GRACE_MAX_OLD=1 GRACE_STOP_TIMEOUT=1s
    start_server
    half_client 2
    hup_until 5 log_has 'generation 1 draining'
    grace_wait 5 stopped_listening 1
    holds 1 2
    half_client 1
    hup_until 20 log_has 'more than 1 old generations?: generation 1 has to go'
    grace_wait 10 log_has 'generation 1 retired'
    log_has 'generation 1: .*2 connections cut'
    log_lacks 'generation 2 (drained|retired)'
    holds 2 1
}

@test "GRACE_DRAIN_TIMEOUT: connections that outlive it are cut, counted and named" {
    local peers peer
    export GRACE_DRAIN_TIMEOUT=1200ms
    start_server --model prefork
    half_client 3
    mapfile -t peers < <(ss -tnpH state established "dport = :$PORT" | grep "pid=$CLIENT," |
        awk '{ print $3 }')
    ((${#peers[@]} == 3))
    hup_until 10 settled "$PID" 2
    log_has 'generation 1: drain deadline reached, 3 connections cut'
    for peer in "${peers[@]}"; do
        log_has "generation 1: cutting connection of $peer, age [0-9]+ s, process [0-9]+"
    done
    log_lacks 'did not stop'
    ends_with 1 "$CLIENT"
}

@test "GRACE_DRAIN_TIMEOUT=none" {
    export GRACE_DRAIN_TIMEOUT=none
    start_server
    half_client 2
    hup_until 10 stopped_listening 1
    client_asks
    client_answered
    grace_wait 10 settled "$PID" 2
}

@test "GRACE_STOP_SIGNAL: asks the old generation to go" {
    export GRACE_STOP_SIGNAL=USR1
    start_noting USR1=exit:0 TERM=note
    restart_and_wait "$PID"
    [[ $(grep -c 'SIGUSR1 arrived' "$LOG") == 1 ]]
    log_lacks 'SIGTERM'
}

@test "GRACE_STOP_TIMEOUT: then it is killed" {
    export GRACE_STOP_SIGNAL=USR1 GRACE_STOP_TIMEOUT=2s
    start_noting USR1=note TERM=note
    restart_and_wait "$PID"
    [[ $(grep -c 'SIGUSR1 arrived' "$LOG") == 1 ]]
    log_has 'generation 1 did not stop on SIGUSR1, killing it'
    kill -TERM "$PID"
    ends_with 137 "$PID"
    log_has 'SIGTERM arrived'
    log_has 'did not stop in time, killing it'
}
