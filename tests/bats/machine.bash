# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the bats library sets
# A machine of its own, with grace installed, one for all tests of a file. Loaded by those that need it,
# after helper.bash, of which the clients run in that machine's network.

# machine_start [COMMAND...]: for setup_file; its process 1 is COMMAND, or systemd. Sets MACHINE, that
# process as seen from here, and MACHINE_ROOT, its files.
machine_start() {
    local log=$BATS_FILE_TMPDIR/machine.log
    mkdir "$BATS_FILE_TMPDIR/machine"
    (
        _grace_close_descriptors
        # However this file ends.
        exec setpriv --pdeathsig KILL "$ROOT/tests/tools/machine" "$BATS_FILE_TMPDIR/machine" "$@" </dev/null >"$log" 2>&1
    ) &
    MACHINE_STARTER=$!
    grace_wait 60 machine_up_or_ended && machine_up ||
        fail "no machine with ${1:-systemd} as process 1 can be started here" "$(<"$log")" || return
    MACHINE_ROOT=/proc/$MACHINE/root
    export MACHINE MACHINE_ROOT MACHINE_STARTER
    install -D "$GRACE" "$MACHINE_ROOT/usr/local/bin/grace"
    install -D -m 644 "$LIBGRACE" "$MACHINE_ROOT/usr/local/lib/libgrace.so"
}

machine_up_or_ended() {
    machine_up || ended "$MACHINE_STARTER"
}

# A variable that its process 1 is executed with, when all else is there.
machine_up() {
    MACHINE=$(pgrep -P "$MACHINE_STARTER") && grep -qzx container=grace "/proc/$MACHINE/environ"
}

# machine_stop: for teardown_file.
machine_stop() {
    [[ ${MACHINE_ROOT-} ]] || return 0 # it has never run
    kill -KILL "$MACHINE_STARTER"
    wait "$MACHINE_STARTER" 2>/dev/null || true
    grace_wait 20 gone "$MACHINE"
    unshare --mount "$ROOT/tests/tools/machine" --sweep
}

# inside COMMAND...: as root of that machine.
inside() {
    nsenter --all --target "$MACHINE" \
        env -i LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/sbin:/usr/bin "$@"
}

# In its network, with the processes and files of this one: what the helpers ask.
ss() {
    nsenter "--net=/proc/$MACHINE/ns/net" ss "$@"
}

# machine_clients: for setup. Those of grace probe, whoever starts them.
machine_clients() {
    GRACE=$BATS_TEST_TMPDIR/grace-inside
    put "$GRACE" <<<"#!/bin/sh
exec nsenter --net=/proc/$MACHINE/ns/net '$BUILD/tools/grace' \"\$@\""
    _grace_command=$GRACE
}

# A version of a daemon is its configuration. Each sets CONFIG, and what follows installs version N, in
# place of what was there; LIGHTTPD_OPTION and NGINX_OPTION may be a line more.

lighttpd_version() {
    CONFIG=/etc/lighttpd/${NAME:-lighttpd}.conf
    mkdir -p "$MACHINE_ROOT/srv/$1"
    echo "version $1" >"$MACHINE_ROOT/srv/$1/index.html"
    put "$MACHINE_ROOT$CONFIG" <<END
server.port = $PORT
server.document-root = "/srv/$1"
index-file.names = ("index.html")
mimetype.assign = ("" => "text/plain")
${LIGHTTPD_OPTION-}
END
}

nginx_version() {
    CONFIG=/etc/nginx/nginx.conf
    put "$MACHINE_ROOT$CONFIG" <<END
user www-data;
worker_processes 2;
pid /run/nginx.pid;
${NGINX_OPTION-}
events {}
http {
    access_log off;
    server {
        listen $PORT;
        return 200 "version $1\n";
    }
}
END
}

haproxy_version() {
    CONFIG=/etc/haproxy/haproxy.cfg
    put "$MACHINE_ROOT$CONFIG" <<END
global
    user haproxy
    group haproxy
defaults
    mode http
    timeout client 60s
    timeout connect 10s
    timeout server 10s
frontend site
    bind :$PORT
    http-request return status 200 content-type text/plain string "version $1\n"
END
}

# The unit that is meant: UNIT.

# unit_is STATE
unit_is() {
    [[ $(inside systemctl is-active "$UNIT") == "$1" ]]
}

# unit_value PROPERTY
unit_value() {
    inside systemctl show --property "$1" --value "$UNIT"
}

# unit_start: or it is shown why not.
unit_start() {
    inside systemctl start "$UNIT" || unit_failed
    unit_is active || unit_failed
}

unit_failed() {
    inside systemctl status --no-pager --full --lines 40 "$UNIT" >&2
    return 1
}

# said REGEX: by the service, in the journal.
said() {
    inside journalctl --quiet --output cat --unit "$UNIT" | grep -Eq -- "$1"
}

# unit_processes: a line each.
unit_processes() {
    inside cat "/sys/fs/cgroup$(unit_value ControlGroup)/cgroup.procs"
}

# status_has TEXT: of its supervisor, as root sees it.
status_has() {
    inside grace status --json "$(unit_value MainPID)" | grep -qF -- "$1"
}
