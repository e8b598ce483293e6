# SPDX-License-Identifier: ISC
# docs/examples of process managers other than systemd, each with the real one and Debian's daemons.

# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper
load machine

# Whose children, orphans, the kernel reaps.
setup_file() {
    machine_start /usr/bin/env --ignore-signal=CHLD sleep infinity
}

teardown_file() {
    machine_stop
}

setup() {
    PORT=8080
    machine_clients
}

# The manager, and all that it has started.
teardown() {
    inside kill -KILL -- -1 || true # nobody may be left
}

# start_inside NAME COMMAND...: as root of that machine.
start_inside() {
    export -f inside
    # shellcheck disable=SC2016 # for the shell inside
    start "$1" bash -c 'inside "$@"' bash "${@:2}"
}

# MANAGER_pid is the process that the manager takes for the service, while it takes it for running, and
# the same in the name of MANAGER_stopping while it waits for its end. DAEMON serves, which is also
# the name that grace knows it by.

is_up() {
    [[ $("${MANAGER}_pid") ]]
}

is_down() {
    ! is_up
}

# replaced PID: it is up with another process.
replaced() {
    is_up && [[ $("${MANAGER}_pid") != "$1" ]]
}

# server_has TEXT: its status.
server_has() {
    inside grace status --json "$DAEMON" | grep -qF -- "$1"
}

# serves_version N
serves_version() {
    grace_wait 20 answers_with "version $1"
}

# restarts FROM TO COMMAND...: one version after the other under load; the manager sees one and the same
# process.
restarts() {
    local version main
    main=$("${MANAGER}_pid")
    load_start --expect '^version [0-9]+$' "http://127.0.0.1:$PORT/"
    for ((version = $1; version <= $2; version++)); do
        "${DAEMON}_version" "$version"
        inside "${@:3}"
        serves_version "$version"
    done
    load_finish
    [[ $("${MANAGER}_pid") == "$main" ]]
}

# refuses_broken VERSION COMMAND...: a restart by this command says that it has failed, and the version
# before goes on.
refuses_broken() {
    local main
    main=$("${MANAGER}_pid")
    echo broken >>"$MACHINE_ROOT$CONFIG"
    load_start --expect "^version $1\$" "http://127.0.0.1:$PORT/"
    run ! inside "${@:2}"
    load_finish
    server_has '"rolled_back":1,'
    [[ $("${MANAGER}_pid") == "$main" ]]
    "${DAEMON}_version" "$1"
}

# outlives_supervisor VERSION [COMMAND...]: that is killed, and the next one, which this command or the
# manager starts, takes the server over.
outlives_supervisor() {
    local main
    main=$("${MANAGER}_pid")
    load_start "http://127.0.0.1:$PORT/"
    inside kill -KILL "$main"
    (($# == 1)) || inside "${@:2}"
    grace_wait 20 replaced "$main"
    "${DAEMON}_version" "$1"
    grace_wait 20 inside grace restart "$DAEMON"
    load_finish
    serves_version "$1"
}

# comes_back VERSION: the server dies, and is started again (--respawn) before the manager knows.
comes_back() {
    local main
    main=$("${MANAGER}_pid")
    inside pkill -KILL -P "$main"
    grace_wait 20 server_has '"respawned":1}'
    answers_with "version $1"
    [[ $("${MANAGER}_pid") == "$main" ]]
}

# drains_at_stop COMMAND...: a client whose request has begun gets its answer; the command doesn't wait.
drains_at_stop() {
    client_start client --clients half=1 --requests 1 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 10 server_has '"connections":1,'
    inside "$@"
    grace_wait 20 server_has '"state":"draining"'
    "${MANAGER}_stopping"
    client_asks
    client_answered
    grace_wait 20 is_down
    run -3 inside grace status "$DAEMON"
}

# keeps_promises COMMAND...: which restarts.
keeps_promises() {
    serves_version 1
    restarts 2 3 grace restart "$DAEMON"
    restarts 4 5 "$@"
    refuses_broken 5 grace restart "$DAEMON"
    outlives_supervisor 6
    comes_back 6
}

supervisord_pid() {
    inside supervisorctl status "$DAEMON" | sed -n 's/.* RUNNING *pid \([0-9]*\),.*/\1/p'
}

supervisord_stopping() {
    run inside supervisorctl status "$DAEMON"
    [[ $output == *' STOPPING '* ]]
}

@test "supervisord" {
    MANAGER=supervisord DAEMON=lighttpd
    lighttpd_version 1
    cp "$ROOT/docs/examples/supervisord/lighttpd.conf" "$MACHINE_ROOT/etc/supervisor/conf.d"
    start_inside manager supervisord --nodaemon --configuration /etc/supervisor/supervisord.conf
    grace_wait 20 is_up
    keeps_promises supervisorctl signal HUP lighttpd
    drains_at_stop bash -c 'supervisorctl stop lighttpd >/dev/null &'
    grace_wait 20 grep -q 'generation 1 ready' "$MACHINE_ROOT/var/log/supervisor/lighttpd.log"
}

runit_pid() {
    inside sv status nginx | sed -n 's/^run: nginx: (pid \([0-9]*\)) .*/\1/p'
}

runit_stopping() {
    [[ $(inside sv status nginx) == *', want down, got TERM; '* ]]
}

# kill_leaves_nothing: to take over, that would be the second generation.
kill_leaves_nothing() {
    local main
    main=$(runit_pid)
    inside sv kill nginx
    grace_wait 20 replaced "$main"
    serves_version 6
    server_has '"generation":1,'
}

@test "runit" {
    MANAGER=runit DAEMON=nginx
    nginx_version 1
    cp -R "$ROOT/docs/examples/runit/nginx" "$MACHINE_ROOT/etc/sv"
    rm -f "$MACHINE_ROOT/etc/service"/*
    ln -s /etc/sv/nginx "$MACHINE_ROOT/etc/service/nginx"
    start_inside manager runsvdir /etc/service
    grace_wait 20 is_up
    keeps_promises sv hup nginx
    inside sv start nginx
    server_has '"ready":true'
    kill_leaves_nothing
    drains_at_stop sv down nginx
    grace_wait 20 grep -q 'generation 1 ready' "$MACHINE_ROOT/var/log/runit/nginx/current"
}

s6_pid() {
    inside s6-svstat -o up,pid /run/service/haproxy | sed -n 's/^true //p'
}

s6_stopping() {
    [[ $(inside s6-svstat -o up,wantedup /run/service/haproxy) == 'true false' ]]
}

@test "s6" {
    MANAGER=s6 DAEMON=haproxy
    haproxy_version 1
    mkdir "$MACHINE_ROOT/run/service"
    cp -R "$ROOT/docs/examples/s6/haproxy" "$MACHINE_ROOT/run/service"
    start_inside manager s6-svscan /run/service
    grace_wait 20 is_up
    inside s6-svwait -U -t 20000 /run/service/haproxy
    server_has '"ready":true'
    keeps_promises s6-svc -h /run/service/haproxy
    drains_at_stop s6-svc -d /run/service/haproxy
    grace_wait 20 grep -q 'generation 1 ready' "$MACHINE_ROOT/var/log/haproxy/current"
}

sysv_pid() {
    ! inside "/etc/init.d/$DAEMON" status >/dev/null || cat "$MACHINE_ROOT/run/$DAEMON.grace.pid"
}

sysv_stopping() {
    is_up
}

# init_script DAEMON
init_script() {
    local script=/etc/init.d/$1
    MANAGER=sysv DAEMON=$1
    "$1_version" 1
    cp "$ROOT/docs/examples/init.d/$1" "$MACHINE_ROOT/etc/init.d"
    inside "$script" start
    answers_with 'version 1'
    inside "$script" start
    restarts 2 4 "$script" reload
    refuses_broken 4 "$script" reload
    outlives_supervisor 5 "$script" start
    drains_at_stop bash -c "$script stop >/dev/null 2>&1 &"
    run -3 inside "$script" status
    inside "$script" stop
    echo broken >>"$MACHINE_ROOT$CONFIG"
    run ! inside "$script" start
}

@test "init script, in the foreground" {
    init_script lighttpd
}

@test "init script, a daemon" {
    init_script nginx
}
