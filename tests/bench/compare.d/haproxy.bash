# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(haproxy)
ways=(reload grace)
restarts_by USR2 reload
remark='-W; expose-fd listeners, with which the new worker has the listeners of the old one; option idle-close-on-response, with which that closes no idle connection before it has answered once more'
unable 'it has no application that takes a second to start' slow-boot
unable 'it has no application that grows' large

# Two descriptors for each connection is what it wants: one is enough here.
configure() {
    replace "$DIR/haproxy.cfg" <<END
global
    user haproxy
    group haproxy
    nbthread $WORKERS
    maxconn 10500
    no strict-limits
    stats socket $DIR/stats.sock mode 600 level admin expose-fd listeners
defaults
    mode http
    timeout client 10m
    timeout http-keep-alive 10m
    timeout connect 10s
    timeout server 10s
    option idle-close-on-response
frontend site
    bind 127.0.0.1:$PORT
    http-request return status 200 content-type text/plain string "version $1\n"
END
    daemon_command haproxy -W -db -f "$DIR/haproxy.cfg"
}

break_it() {
    echo 'no such keyword' >>"$DIR/haproxy.cfg"
}

# As Debian's haproxy.service has it.
way_reload() {
    haproxy -W -f "$DIR/haproxy.cfg" -c -q && signal_server
}
