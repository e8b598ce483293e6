# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # descriptions of daemons set variables
# sample: 1
# time-limit: 1500
# Clients that keep their connection, most of them silent most of the time, at ten restarts of each
# daemon: none loses a request, none finds its connection closed that has not been told so, and each
# drain ends by itself.
load ../daemons/checks
load keep-alive

setup() {
    keep_alive_setup
}

@test "nginx, one process" {
    daemon nginx-single
    restarts_tell_clients
}

@test "nginx, two workers" {
    daemon nginx
    restarts_tell_clients
}

@test "lighttpd" {
    daemon lighttpd
    settings lighttpd.conf <<END
server.max-keep-alive-idle = 600
server.max-keep-alive-requests = 1000000
END
    restarts_tell_clients
}

@test "apache2 event" {
    daemon apache2-event
    # A thread for each client: where all are at work it closes idle connections.
    apache_keeps 'ServerLimit 2' 'ThreadLimit 250' 'ThreadsPerChild 250' 'MaxRequestWorkers 500' \
        'MaxSpareThreads 500'
    restarts_tell_clients
}

# A process for each client.
@test "apache2 prefork" {
    daemon apache2-prefork
    apache_keeps 'StartServers 60' 'MaxSpareServers 60' 'MaxRequestWorkers 60'
    CLIENTS=keep-alive=10,idle=40
    restarts_tell_clients
}

@test "haproxy, before a server that is not wrapped" {
    daemon haproxy
    backend 1
    sed -i "s|http-request return .*|default_backend servers\nbackend servers\n    server one 127.0.0.1:$BACKEND|
        s|timeout client .*|timeout client 600s|" "$DIR/haproxy.cfg"
    restarts_tell_clients
}

@test "node, Content-Length" { node_tells_clients; }

@test "node, chunked" { node_tells_clients chunked; }

@test "Python's asyncio" {
    daemon py-asyncio
    daemon_command "$PYTHON" "$ROOT/tests/servers/keep_alive_asyncio.py" "$PORT" "$DIR/version"
    restarts_tell_clients
}

@test "aiohttp" {
    daemon aiohttp
    restarts_tell_clients
}

@test "uvicorn" {
    daemon uvicorn
    COMMAND+=(--timeout-keep-alive 600)
    restarts_tell_clients
}

@test "gunicorn gthread" {
    daemon gunicorn-gthread
    COMMAND+=(--keep-alive 600)
    restarts_tell_clients
}

# With more clients than threads it lets some of them wait for ever, also where nobody restarts it.
@test "puma" {
    daemon puma-single
    COMMAND=("${COMMAND[@]/#4:4/32:32}")
    CLIENTS=keep-alive=8,idle=20
    restarts_tell_clients
}

@test "java httpserver" {
    daemon java-httpserver
    export JDK_JAVA_OPTIONS='-Dsun.net.httpserver.idleInterval=600 -Dsun.net.httpserver.maxIdleConnections=1000'
    restarts_tell_clients
}
