# SPDX-License-Identifier: ISC
# docs/examples of process managers other than systemd, each with the real one and Debian's daemons.

# shellcheck disable=SC2030,SC2031,SC2034 # each test has a shell of its own; helpers read what it sets
load managers

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
    serves_version 5
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

# has_open PATH: somebody in the machine.
has_open() {
    [[ $(inside find /proc -mindepth 3 -maxdepth 3 -path '*/fd/*' -lname "$1" -print -quit 2>/dev/null) ]]
}

# opened_anew PATH: it is written to, and what was moved away isn't.
opened_anew() {
    has_open "$1" && ! has_open "$1.1" && [[ -e $MACHINE_ROOT$1.1 ]]
}

@test "logrotate: of servers, by signal and by restart, and of grace" {
    PORT=8081
    LIGHTTPD_OPTION='server.errorlog = "/var/log/lighttpd/error.log"' lighttpd_version 1
    start_inside lighttpd grace run -- lighttpd -D -f /etc/lighttpd/lighttpd.conf
    PORT=8080
    NGINX_OPTION='error_log /var/log/nginx/error.log notice;' nginx_version 1
    mkdir "$MACHINE_ROOT/var/log/grace"
    start_inside nginx grace run --log /var/log/grace/nginx.log -- nginx -g 'daemon off;'
    serves_version 1
    cp "$ROOT/docs/examples/logrotate/web" "$MACHINE_ROOT/etc/logrotate.d"
    load_start --expect '^version 1$' "http://127.0.0.1:$PORT/"
    inside logrotate --force --state /run/rotated /etc/logrotate.d/web
    grace_wait 20 opened_anew /var/log/nginx/error.log
    DAEMON=nginx server_has '"generation":1,'
    grace_wait 20 opened_anew /var/log/lighttpd/error.log
    inside grace restart nginx
    load_finish
    grep -q 'generation 2 ready' "$MACHINE_ROOT/var/log/grace/nginx.log"
    grace_wait 20 opened_anew /var/log/grace/nginx.log
}

monit() {
    inside monit -c /run/monitrc -B "$@"
}

monit_pid() {
    monit status nginx | awk '$1 == "status" { up = $2 == "OK" } $1 == "pid" && up { print $2 }'
}

# monit, while it waits for the init script, doesn't tell.
monit_stopping() {
    inside pgrep -x monit >/dev/null
}

@test "monit" {
    MANAGER=monit DAEMON=nginx PORT=80
    nginx_version 1
    cp "$ROOT/docs/examples/init.d/nginx" "$MACHINE_ROOT/etc/init.d"
    # It doesn't ask while the service may still be starting.
    sed '/start program/s/60/2/; s/timeout 5 seconds for 2 cycles/timeout 1 seconds/' "$ROOT/docs/examples/monit/nginx" |
        put "$MACHINE_ROOT/etc/monit/conf.d/nginx"
    install -m 600 /dev/stdin "$MACHINE_ROOT/run/monitrc" <<<'set daemon 1
set log /var/log/monit.log
set httpd unixsocket /run/monit.sock allow root:any
include /etc/monit/conf.d/*'
    start_inside manager monit -I -c /run/monitrc
    grace_wait 20 is_up
    restarts 2 3 grace restart nginx
    restarts 4 4 monit -c /run/monitrc restart nginx
    outlives_supervisor 5
    drains_at_stop monit -c /run/monitrc stop nginx
    monit start nginx
    serves_version 5
    hangs
}

# hangs: clients wait, and are answered by the next version.
hangs() {
    inside pkill -STOP -u www-data
    nginx_version 6
    requests -n 8 --expect '^version 6$' "http://127.0.0.1:$PORT/"
}
