# SPDX-License-Identifier: ISC
# docs/examples of process managers other than systemd, each with the real one and Debian's daemons; of
# containers the command lines.

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

# DAEMON serves, which is also the name that grace knows it by; in the machine, or by the function PLACE.
# MANAGER_pid is the process that the manager takes for the service, while it takes it for running, and
# MANAGER_stopping is true while it waits for its end.

is_up() {
    [[ $("${MANAGER}_pid") ]]
}

is_down() {
    ! is_up
}

# sees PID: it is up with this process.
sees() {
    [[ $("${MANAGER}_pid") == "$1" ]]
}

# replaced PID: it is up with another process.
replaced() {
    local pid
    pid=$("${MANAGER}_pid") && [[ $pid && $pid != "$1" ]]
}

# server_has TEXT: its status.
server_has() {
    "${PLACE:-inside}" grace status --json "$DAEMON" | grep -qF -- "$1"
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
        "${PLACE:-inside}" "${@:3}"
        serves_version "$version"
    done
    load_finish
    grace_wait 20 sees "$main"
}

# refuses_broken VERSION COMMAND...: a restart by this command says that it has failed, and the version
# before goes on.
refuses_broken() {
    local main
    main=$("${MANAGER}_pid")
    echo broken >>"$MACHINE_ROOT$CONFIG"
    load_start --expect "^version $1\$" "http://127.0.0.1:$PORT/"
    run ! "${PLACE:-inside}" "${@:2}"
    load_finish
    server_has '"rolled_back":1,'
    grace_wait 20 sees "$main"
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
    grace_wait 20 sees "$main"
}

# hold_client: a request of it has begun.
hold_client() {
    client_start client --clients half=1 --requests 1 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 10 server_has '"connections":1,'
}

# drains_at_stop COMMAND...: a client whose request has begun gets its answer; the command doesn't wait.
drains_at_stop() {
    hold_client
    inside "$@"
    grace_wait 20 server_has '"state":"draining"'
    "${MANAGER}_stopping"
    client_asks
    client_answered
    grace_wait 20 is_down
    grace_wait 20 is_unknown
}

# is_unknown: to grace.
is_unknown() {
    local rc=0
    inside grace status "$DAEMON" || rc=$?
    ((rc == 3))
}

# keeps_promises COMMAND...: which restarts.
keeps_promises() {
    serves_version 1
    restarts 2 3 grace restart "$DAEMON"
    restarts 4 4 "$@"
    refuses_broken 4 grace restart "$DAEMON"
    outlives_supervisor 5
    comes_back 5
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

# of_image INSTRUCTION: sets WORDS to what docs/examples/container/Dockerfile says there last.
of_image() {
    mapfile -t WORDS < <(python3 -c '
import json, re, sys
text = open(sys.argv[1]).read().replace("\\\n", "")
value = re.findall(rf"^{sys.argv[2]} (?:CMD )?(.*)$", text, re.M)[-1]
print(*json.loads(value) if value.startswith("[") else value.split(), sep="\n")' \
        "$ROOT/docs/examples/container/Dockerfile" "$1")
    [[ ${WORDS[*]} ]]
}

# of_pod KEY...: sets WORDS to what docs/examples/kubernetes/deployment.yaml says of its pod.
of_pod() {
    mapfile -t WORDS < <(python3 -c '
import functools, sys, yaml
value = yaml.safe_load(open(sys.argv[1]))["spec"]["template"]["spec"]
for key in sys.argv[2:]:
    value = value[int(key) if key.isdigit() else key]
print(*value if isinstance(value, list) else [value], sep="\n")' \
        "$ROOT/docs/examples/kubernetes/deployment.yaml" "$@")
    [[ ${WORDS[*]} ]]
}

# What Docker leaves to root.
CONFINED=(setpriv --inh-caps=-all --bounding-set="-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap")

# container_start [COMMAND...]: what the image starts, as process 1, or by this command as that; sets
# CONTAINER, process 1 as seen in the machine.
container_start() {
    local command=("$@")
    MANAGER=container DAEMON=nginx PLACE=in_container PORT=80
    nginx_version 1
    of_image ENTRYPOINT && command+=("${WORDS[@]}")
    of_image CMD && command+=("${WORDS[@]}")
    # shellcheck disable=SC2016 # for the shell inside
    start_inside container unshare --pid --fork --kill-child --mount-proc \
        sh -c 'mount -t tmpfs run /run && exec "$@"' sh "${CONFINED[@]}" "${command[@]}"
    grace_wait 20 container_found
    serves_version 1
}

container_found() {
    CONTAINER=$(inside pgrep -P "$(inside pgrep -x unshare)")
}

# in_container COMMAND...: as docker exec does.
in_container() {
    inside nsenter --target "$CONTAINER" --pid --mount "${CONFINED[@]}" "$@"
}

container_pid() {
    inside pgrep -P "$(inside pgrep -x unshare)" || true
}

container_stopping() {
    is_up
}

@test "container: process 1" {
    container_start
    of_image HEALTHCHECK
    in_container "${WORDS[@]}"
    restarts 2 4 grace restart nginx
    restarts 5 5 kill -HUP 1
    refuses_broken 5 grace restart nginx
    of_image STOPSIGNAL
    drains_at_stop kill -s "${WORDS[0]}" "$CONTAINER"
    ends_with 0
}

@test "container: an init before it" {
    container_start tini --
    restarts 2 3 grace restart nginx
    drains_at_stop kill -TERM "$CONTAINER"
    ends_with 0
}

@test "container: the image has the libraries of grace" {
    local libraries package
    mapfile -t libraries < <(objdump -p "$BUILD/tools/grace" | awk '/NEEDED/ { print "*-linux-gnu/" $2 }')
    for package in $(dpkg-query --search "${libraries[@]}" | sed 's/:.*//' | sort -u); do
        [[ $package == libc6 ]] || grep -q "install .* $package " "$ROOT/docs/examples/container/Dockerfile" ||
            fail "$package is missing"
    done
}

# seconds_of OPTION: of grace in the image.
seconds_of() {
    of_image ENTRYPOINT
    grep -oP -- "$1 \K[0-9]+(?=s)" <<<"${WORDS[*]}"
}

@test "pod: ready, stopped from within, in time" {
    local stop
    container_start
    of_pod containers 0 readinessProbe exec command
    in_container "${WORDS[@]}"
    hold_client
    of_pod containers 0 lifecycle preStop exec command
    in_container "${WORDS[@]}" 3>&- &
    stop=$!
    grace_wait 20 server_has '"state":"draining"'
    client_asks
    client_answered
    wait "$stop"
    ends_with 0
    [[ ${WORDS[*]} =~ sleep\ ([0-9]+) ]]
    stop=$((BASH_REMATCH[1] + $(seconds_of --drain-timeout) + $(seconds_of --stop-timeout)))
    of_pod terminationGracePeriodSeconds
    ((WORDS[0] > stop))
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
