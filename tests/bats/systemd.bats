# SPDX-License-Identifier: ISC
# docs/examples/systemd, each under the real systemd as process 1, with Debian's daemons.

# shellcheck disable=SC2030,SC2031,SC2034 # each test has a shell of its own; helpers read what it sets
load helper
load machine

setup_file() {
    machine_start
    grace_wait 60 inside systemctl is-active basic.target
    cp -R "$ROOT"/docs/examples/systemd/* "$MACHINE_ROOT/etc/systemd/system"
    inside systemctl daemon-reload
}

teardown_file() {
    machine_stop
}

setup() {
    PORT=8080
    LIGHTTPD_OPTION='server.pid-file = "/run/lighttpd.pid"'
    machine_clients
}

teardown() {
    [[ -n ${BATS_TEST_COMPLETED-} ]] || inside journalctl --quiet --no-pager --lines 60 >&2
    inside systemctl stop activated.socket 'templated@*' ${UNIT:+"$UNIT"}
    inside systemctl reset-failed
}

# reloads DAEMON FROM TO: one version after the other under load; systemd sees one and the same process.
reloads() {
    local version main
    main=$(unit_value MainPID)
    load_start --expect '^version [0-9]+$' "http://127.0.0.1:$PORT/"
    for ((version = $2; version <= $3; version++)); do
        "$1_version" "$version"
        inside systemctl reload "$UNIT" || unit_failed || return
        answers_with "version $version" || fail "version $version does not answer" || return
    done
    load_finish
    unit_is active
    [[ $(unit_value MainPID) == "$main" ]]
}

# refuses_broken DAEMON VERSION: a reload says that it has failed, and the version before goes on.
refuses_broken() {
    local main
    main=$(unit_value MainPID)
    echo broken >>"$MACHINE_ROOT$CONFIG"
    load_start --expect "^version $2\$" "http://127.0.0.1:$PORT/"
    run ! inside systemctl reload "$UNIT"
    load_finish
    unit_is active
    [[ $(unit_value MainPID) == "$main" ]]
    grace_wait 10 said 'generation [0-9]+ rolled back'
    "$1_version" "$2"
}

# restarts VERSION: by systemd, all anew.
restarts() {
    local main
    main=$(unit_value MainPID)
    inside systemctl restart "$UNIT"
    replaced "$main"
    grace_wait 10 answers_with "version $1"
}

# comes_back VERSION: the server dies, and Restart= has it started again.
comes_back() {
    local main
    main=$(unit_value MainPID)
    # The first one may take others with it.
    unit_processes | grep -vx "$main" | xargs nsenter --all --target "$MACHINE" kill -KILL || true
    grace_wait 20 replaced "$main"
    grace_wait 10 answers_with "version $1"
}

# replaced PID: the unit is active with another main process.
replaced() {
    unit_is active && [[ $(unit_value MainPID) != "$1" ]]
}

# drains_at_stop: a client whose request has begun gets its answer.
drains_at_stop() {
    client_start client --clients half=1 --requests 1 --hold none "http://127.0.0.1:$PORT/"
    grace_wait 10 status_has '"connections":1,'
    inside systemctl stop --no-block "$UNIT"
    grace_wait 20 status_has '"state":"draining"'
    unit_is deactivating
    client_asks
    client_answered
    grace_wait 20 unit_is inactive
    [[ $(unit_value Result) == success ]]
}

# keeps_promises DAEMON: what an example is for.
keeps_promises() {
    "$1_version" 1
    unit_start
    grace_wait 10 answers_with 'version 1'
    reloads "$1" 2 5
    refuses_broken "$1" 5
    reloads "$1" 6 6
    restarts 6
    comes_back 6
    drains_at_stop
}

@test "simple" {
    UNIT=simple
    lighttpd_version 1
    unit_start
    grace_wait 10 answers_with 'version 1'
    reloads lighttpd 2 5
    refuses_broken lighttpd 5
    comes_back 5
}

@test "exec" {
    UNIT=exec.service
    keeps_promises nginx
}

@test "notify" {
    UNIT=notify
    keeps_promises haproxy
}

@test "forking" {
    UNIT=forking
    keeps_promises nginx
}

@test "activated" {
    UNIT=activated LIGHTTPD_OPTION='server.systemd-socket-activation = "enable"'
    inside systemctl start activated.socket
    keeps_promises lighttpd
    unit_start
    load_start "http://127.0.0.1:$PORT/"
    inside systemctl restart "$UNIT"
    load_finish
}

@test "templated" {
    LIGHTTPD_OPTION=''
    UNIT=templated@blog NAME=blog PORT=8081
    lighttpd_version 1
    unit_start
    UNIT=templated@shop NAME=shop PORT=8080
    lighttpd_version 1
    unit_start
    grace_wait 10 answers_with 'version 1'
    reloads lighttpd 2 5
    refuses_broken lighttpd 5
    drains_at_stop
    inside grace status --json blog | grep -q '"generation":1,'
}

@test "hardened" {
    UNIT=hardened PORT=80 LIGHTTPD_OPTION=''
    keeps_promises lighttpd
}

@test "packaged lighttpd, Type=simple" {
    UNIT=lighttpd
    keeps_promises lighttpd
}

@test "packaged haproxy, Type=notify, by the same file" {
    UNIT=haproxy
    cp -R "$MACHINE_ROOT/etc/systemd/system/"{lighttpd,haproxy}.service.d
    inside systemctl daemon-reload
    haproxy_version 1
    unit_start
    reloads haproxy 2 5
    refuses_broken haproxy 5
}

@test "packaged nginx, Type=forking" {
    UNIT=nginx
    keeps_promises nginx
}

redis_version() {
    CONFIG=/etc/redis/redis.conf
    put "$MACHINE_ROOT$CONFIG" <<END
bind 127.0.0.1
port $PORT
save ""
appendonly yes
dir /var/lib/redis
pidfile /run/redis/redis-server.pid
syslog-ident "version $1"
END
}

@test "packaged redis, hardened, one at a time" {
    local main version
    UNIT=redis-server
    inside install -d -o redis /var/lib/redis /var/log/redis
    redis_version 1
    unit_start
    main=$(unit_value MainPID)
    load_start --send 'CONFIG GET syslog-ident\r\n' --expect 'version [0-9]+' --version-regex 'version [0-9]+' "tcp://127.0.0.1:$PORT"
    for version in 2 3 4 5; do
        redis_version "$version"
        inside systemctl reload "$UNIT" || unit_failed
    done
    load_finish
    versions_are 'version '{1..5}
    unit_is active
    [[ $(unit_value MainPID) == "$main" ]]
}

@test "the supervisor is killed: with KillMode=process its server goes on, under the next one" {
    local main
    UNIT=exec.service
    mkdir -p "$MACHINE_ROOT/run/systemd/system/exec.service.d"
    put "$MACHINE_ROOT/run/systemd/system/exec.service.d/killed.conf" <<'END'
[Service]
KillMode=process
Restart=always
END
    inside systemctl daemon-reload
    nginx_version 1
    unit_start
    main=$(unit_value MainPID)
    load_start "http://127.0.0.1:$PORT/"
    inside kill -KILL "$main"
    grace_wait 20 replaced "$main"
    grace_wait 20 said 'is taken over'
    nginx_version 2
    inside systemctl reload "$UNIT" || unit_failed
    load_finish
    answers_with 'version 2'
    rm -r "$MACHINE_ROOT/run/systemd/system/exec.service.d"
    inside systemctl stop "$UNIT"
    inside systemctl daemon-reload
}

# It looks whether the watchdog is for it, as sd_watchdog_enabled() does.
watched_server() {
    put "$MACHINE_ROOT/usr/local/bin/watched" <<END
#!$PYTHON -u
import os, socket
if int(os.environ.get("WATCHDOG_PID", os.getpid())) != os.getpid() or "WATCHDOG_USEC" not in os.environ:
    raise SystemExit("no watchdog for me")
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
listener = socket.create_server(("", $PORT))
listener.settimeout(0.1)
manager.send(b"READY=1")
while True:
    manager.send(b"WATCHDOG=1")
    try:
        listener.accept()
    except TimeoutError:
        pass
END
}

# fed_since TIME: of the clock of systemd.
fed_since() {
    (($(unit_value WatchdogTimestampMonotonic) > $1))
}

@test "a watchdog is fed by the generation that serves" {
    local reloaded
    UNIT=watched
    watched_server
    put "$MACHINE_ROOT/etc/systemd/system/watched.service" <<'END'
[Service]
Type=notify
WatchdogSec=60s
ExecStart=/usr/local/bin/grace run --ready notify -- /usr/local/bin/watched
ExecReload=/usr/local/bin/grace restart $MAINPID
END
    inside systemctl daemon-reload
    unit_start
    grace_wait 10 fed_since 0
    inside systemctl reload "$UNIT"
    reloaded=$(unit_value WatchdogTimestampMonotonic)
    grace_wait 10 fed_since "$reloaded"
}

# stored COUNT: so many listeners of the unit are in the store of systemd.
stored() {
    [[ $(unit_value NFileDescriptorStore) == "$1" ]]
}

@test "the store of systemd: nobody is refused while it restarts, or after everything has died" {
    local main
    UNIT=stored
    nginx_version 1
    unit_start
    grace_wait 10 stored 1
    load_start "http://127.0.0.1:$PORT/"
    for version in 2 3; do
        nginx_version "$version"
        inside systemctl restart "$UNIT"
        grace_wait 20 answers_with "version $version"
        nginx_version "${version}5"
        inside systemctl reload "$UNIT"
    done
    load_finish
    grace_wait 10 stored 1
    main=$(unit_value MainPID)
    # The first one may take others with it.
    unit_processes | xargs nsenter --all --target "$MACHINE" kill -KILL || true
    requests -n 20 "http://127.0.0.1:$PORT/"
    replaced "$main"
}

@test "what is stored is nobody's any more when no version wants it" {
    UNIT=stored
    nginx_version 1
    unit_start
    grace_wait 10 stored 1
    PORT=8081
    nginx_version 2
    inside systemctl restart "$UNIT"
    grace_wait 20 answers_with 'version 2'
    grace_wait 20 refuses "http://127.0.0.1:8080/"
    grace_wait 10 stored 1
    PORT=8082
    nginx_version 3
    inside systemctl reload "$UNIT"
    grace_wait 20 refuses "http://127.0.0.1:8081/"
    grace_wait 10 stored 1
}

# It serves at the listener that it is given, and at one of its own.
own_and_given_server() {
    put "$MACHINE_ROOT/usr/local/bin/two" <<END
#!$PYTHON -u
import os, socket, threading
assert os.environ["LISTEN_FDS"] == "1" and os.environ["LISTEN_FDNAMES"] == "two.socket", os.environ
assert os.environ["LISTEN_PID"] == str(os.getpid())
def serve(listener):
    while True:
        client, _ = listener.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")
        client.close()
threading.Thread(target=serve, args=(socket.socket(fileno=3),), daemon=True).start()
serve(socket.create_server(("", 8081), backlog=128))
END
    put "$MACHINE_ROOT/etc/systemd/system/two.socket" <<<"[Socket]
ListenStream=8080"
    sed 's|-- .*nginx.*|-- /usr/local/bin/two|' "$MACHINE_ROOT/etc/systemd/system/stored.service" | put "$MACHINE_ROOT/etc/systemd/system/two.service"
}

@test "what the server gets of systemd itself is as it is without the store" {
    UNIT=two
    own_and_given_server
    inside systemctl daemon-reload
    inside systemctl start two.socket
    unit_start
    grace_wait 10 stored 1
    load_start "http://127.0.0.1:8080/"
    client_start own --clients new=4 "http://127.0.0.1:8081/"
    for _ in 1 2 3; do
        inside systemctl restart "$UNIT"
        unit_is active
    done
    load_finish
    client_ends
    inside systemctl stop two.socket
}

# complaint UNIT: of systemd 252, which does not know one type.
complaint() {
    [[ $1 != notify-reload.service ]] || echo 'Failed to parse service type, ignoring: notify-reload'
}

@test "nothing in the units is unknown to systemd" {
    local unit
    for unit in "$ROOT"/docs/examples/systemd/*.{service,socket}; do
        unit=${unit##*/}
        run -0 inside systemd-analyze verify "/etc/systemd/system/$unit"
        [[ $(sed -n 's|^/etc/systemd/system/[^ ]* ||p' <<<"$output") == "$(complaint "$unit")" ]]
    done
}
