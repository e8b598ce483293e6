# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154 # descriptions of daemons set variables
# sample: 2
# time-limit: 1500
# Clients that have connected to version 1 of a daemon and ask after three restarts, while others ask all
# the time: version 4 answers, or where the first generation can't hand them over that does.
load ../daemons/checks
load keep-alive
load untouched

SILENT=50
OTHERS=new=4,keep-alive=4

setup() {
    keep_alive_setup
}

# adjust: what a test has otherwise than the description, whenever that was written.
adjust() {
    :
}

# install N: version N from the next start on.
install() {
    configure "$1"
    adjust
}

# silent_clients EXPECTED: of SILENT, and the others.
silent_clients() {
    local on=$BATS_TEST_TMPDIR/on
    adjust
    start_daemon "${COMMAND[@]}"
    load_start --clients "$OTHERS" --rate "$RATE" "${LOAD_OPTIONS[@]}"
    holding_client silent "$SILENT" "${LOAD_OPTIONS[@]:0:${#LOAD_OPTIONS[@]}-1}" --expect "$1" "${LOAD_OPTIONS[-1]}"
}

# move: each restart hands all of them on.
move() {
    local n
    silent_clients "$(answer_of 4)"
    for n in 1 2 3; do
        aged
        install $((n + 1))
        restart_and_wait "$PID"
        has_handed_over "$n"
    done
    asked
    load_finish
}

# has_handed_over GENERATION: the load may have had some that were as untouched.
has_handed_over() {
    local count
    count=$(sed -n "s/.*generation $1 drained in .*[( ]\([0-9]*\) connections handed over)/\1/p" "$LOG")
    ((count >= SILENT)) || dump_log
}

# stay: generation 1 has all of them.
stay() {
    local n
    silent_clients "$(answer_of 1)"
    aged
    for n in 2 3 4; do
        install "$n"
        "$GRACE" restart "$PID"
    done
    holds 1 "$SILENT"
    asked
    load_finish
    grace_wait 20 settled "$PID" 4
    log_lacks 'generation 1 .*handed over'
}

@test "nginx, one process" {
    daemon nginx-single
    move
}

@test "nginx, two workers" {
    daemon nginx
    move
}

@test "lighttpd" {
    daemon lighttpd
    move
}

# By itself it accepts nobody who has said nothing (TCP_DEFER_ACCEPT).
# A thread of it that polls such a connection does not see that it has gone, and keeps it from ending.
@test "apache2 event" {
    export GRACE_STOP_TIMEOUT=1s
    daemon apache2-event
    adjust() {
        apache_keeps 'AcceptFilter http none' 'ServerLimit 2' 'ThreadLimit 100' 'ThreadsPerChild 100' 'MaxRequestWorkers 200' 'MaxSpareThreads 200'
    }
    move
}

# A process for each client.
@test "apache2 prefork" {
    daemon apache2-prefork
    adjust() {
        apache_keeps 'AcceptFilter http none' 'StartServers 40' 'MaxSpareServers 40' 'MaxRequestWorkers 40'
    }
    SILENT=20
    move
}

@test "node" {
    daemon node-http
    move
}

@test "Python's asyncio" {
    daemon py-asyncio
    move
}

@test "aiohttp" {
    daemon aiohttp
    move
}

@test "uvicorn" {
    daemon uvicorn
    move
}

@test "uvicorn, two workers" {
    daemon uvicorn-workers
    move
}

@test "puma" {
    daemon puma-single
    COMMAND=("${COMMAND[@]/#4:4/32:32}")
    move
}

@test "java httpserver" {
    daemon java-httpserver
    move
}

# Without a file that two must not append to.
@test "redis" {
    daemon redis
    export GRACE_MODE=overlap
    adjust() {
        sed -i 's/appendonly yes/appendonly no/' "$DIR/redis.conf"
    }
    OTHERS=new=4 # none else can be told to come back
    move
}

@test "memcached" {
    daemon memcached
    OTHERS=new=4
    move
}

@test "haproxy, which sees no /proc where it is: they stay" {
    daemon haproxy
    stay
}

@test "haproxy, where it sees /proc" {
    daemon haproxy
    adjust() {
        sed -i /chroot/d "$DIR/haproxy.cfg"
    }
    move
}

@test "gunicorn's threads, which sleep in recv(): they stay" {
    daemon gunicorn-gthread
    COMMAND=("${COMMAND[@]/#4/32}")
    SILENT=20
    stay
}
