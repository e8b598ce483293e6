# SPDX-License-Identifier: ISC
# GRACE_USER and GRACE_NICE: as whom the server runs, also after restarts, and how nicely.
# shellcheck disable=SC2030,SC2031,SC2153 # each test has a shell of its own
load helper

# value_of PID KEY: of its status in /proc.
value_of() {
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '
}

nice_of() {
    ps -o ni= -p "$1" | tr -d ' '
}

# refused WHY: at the start, in one line.
refused() {
    run --separate-stderr timeout 10 env LD_PRELOAD="$LIBGRACE" /bin/sh -c 'echo started'
    # shellcheck disable=SC2154 # bats sets it
    [[ $status == 125 && $output == '' && ${#stderr_lines[@]} == 1 && $stderr == "grace: $1"* ]] ||
        fail "$status" "$output" "$stderr"
}

@test "redis as a user: restarted three times under load, nothing fails and nothing is root's" {
    local dir=$BATS_TEST_TMPDIR/data
    mkdir "$dir"
    chown www-data "$dir"
    let_everybody_in
    export GRACE_USER=www-data
    start_wrapped redis redis-server --bind 127.0.0.1 --port "$PORT" --save '' --dir "$dir" \
        --pidfile "$dir/redis.pid" --unixsocket "$dir/redis.sock" --daemonize no
    [[ $(value_of "$PID" Uid) == '0 0 0 0' ]]
    restart_under_load 3 --rate 300 --send 'PING\r\n' --expect PONG "tcp://127.0.0.1:$PORT"
    number_is generation 4
    [[ $(value_of "$(server_pid "$PID")" Uid) == "$(id -u www-data) $(id -u www-data) $(id -u www-data) $(id -u www-data)" ]]
    [[ $(redis-cli -s "$dir/redis.sock" ping) == PONG ]]
    [[ -z $(find "$dir" -user 0) ]]
    stop_and_wait "$PID"
}

@test "python's http.server as user:group: identity, groups, environment, and three restarts under load" {
    local main
    export GRACE_USER=www-data:nogroup
    cd "$BATS_TEST_TMPDIR"
    let_everybody_in
    start_wrapped python "$PYTHON" -m http.server --bind 127.0.0.1 "$PORT"
    restart_under_load 3 --rate 100 "http://127.0.0.1:$PORT/"
    main=$(server_pid "$PID")
    [[ $(value_of "$main" Gid) == "$(getent group nogroup | cut -d: -f3) "* ]]
    [[ $(value_of "$main" CapEff) == 0000000000000000 ]]
    [[ " $(value_of "$main" Groups)" == *" $(getent group nogroup | cut -d: -f3) "* ]]
    [[ $(tr '\0' '\n' <"/proc/$main/environ" | grep -E '^(HOME|USER|LOGNAME)=' | sort | paste -sd ' ') == \
        'HOME=/var/www LOGNAME=www-data USER=www-data' ]]
}

@test "nice: the server is, its supervisor isn't, and each generation is as nice as the first" {
    export GRACE_NICE=7
    start_server
    restart_times 2
    [[ $(nice_of "$(server_pid "$PID")") == 7 && $(nice_of "$PID") == $(nice_of $$) ]]
    GRACE_NICE=-3 start_wrapped eager "$SERVER" --listen "127.0.0.1:$(grace_free_port)"
    [[ $(nice_of "$(server_pid "$PID")") == -3 ]]
}

@test "what can't be is refused at the start" {
    GRACE_USER=nobody-of-that-name refused 'GRACE_USER=nobody-of-that-name: there is no such user'
    GRACE_USER=4242424 refused 'GRACE_USER=4242424: there is no such user'
    GRACE_USER=www-data:no-such-group refused 'GRACE_USER=www-data:no-such-group: there is no such group'
    let_everybody_in
    export GRACE_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
        env LD_PRELOAD="$LIBGRACE" GRACE_USER=www-data /bin/sh -c 'echo started'
    [[ $status == 125 && $output == '' && $stderr == 'grace: GRACE_USER: '*'Operation not permitted; start grace as root' ]] ||
        fail "$status" "$output" "$stderr"
    run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups \
        env LD_PRELOAD="$LIBGRACE" GRACE_NICE=-5 /bin/sh -c 'echo started'
    [[ $status == 125 && $output == '' && $stderr == 'grace: GRACE_NICE: '*'; start grace as root' ]] ||
        fail "$status" "$output" "$stderr"
}

@test "the next start takes over where no process of the server may start a supervisor" {
    export GRACE_USER=www-data GRACE_NAME=web
    let_everybody_in
    cd /
    start_server
    kill_supervisor
    kill -HUP "$(curl -s "127.0.0.1:$PORT/pid" | sed 's/^pid \([0-9]*\) .*/\1/')"
    grace_wait 10 log_has 'lacks the rights of the supervisor that was killed'
    start server env LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
    grace_wait 20 settled "$PID" 2
    log_has 'it is taken over and restarted'
    [[ $(value_of "$(server_pid "$PID")" Uid) == "$(id -u www-data) "* ]]
}
