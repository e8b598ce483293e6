# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # descriptions of daemons set variables
# sample: 1
# time-limit: 900
# Proxies that keep connections to a wrapped server behind them: its restarts are not noticed by
# clients of the proxy.
load ../daemons/checks
load keep-alive

setup() {
    keep_alive_setup
    FRONT=$(grace_free_port)
}

# node_behind COUNT: the server; clients ask the proxy while it is restarted so often. What they send
# is no request that a proxy repeats by itself.
node_behind() {
    daemon node-http
    daemon_command node "$ROOT/tests/servers/keep_alive_http.js" "$PORT" "$DIR/version"
    start_daemon "${COMMAND[@]}"
    clients_of_proxy "$1" --data x
    each_drain_told_clients
}

# clients_of_proxy COUNT [OPTION...]: of grace probe.
clients_of_proxy() {
    load_options --expect 'version [0-9]+' "http://127.0.0.1:$FRONT/"
    grace_wait 10 daemon_answers
    RESTARTS=$1
    restart_under_load "$RESTARTS" --clients keep-alive=20 "${@:2}" "${LOAD_OPTIONS[@]}"
}

# nginx_before ADDRESS WHAT: a proxy, not wrapped; what it does with a request.
nginx_before() {
    cat >"$DIR/front.conf" <<END
user root;
daemon off;
master_process off;
pid $DIR/front.pid;
error_log $DIR/front.log;
events {}
http {
    access_log off;
    upstream server {
        server $1;
        keepalive 32;
    }
    server {
        listen 127.0.0.1:$FRONT;
        keepalive_requests 10000000;
        location / {
            $2
        }
    }
}
END
    start_beside front nginx -c "$DIR/front.conf"
}

@test "nginx, keepalive 32, 50 restarts of the server behind it" {
    nginx_before "127.0.0.1:$PORT" \
        'proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection "";'
    node_behind 50
}

@test "haproxy, http-reuse always, 50 restarts of the server behind it" {
    cat >"$DIR/front.cfg" <<END
defaults
    mode http
    timeout client 60s
    timeout connect 60s
    timeout server 60s
frontend site
    bind 127.0.0.1:$FRONT
    default_backend servers
backend servers
    http-reuse always
    server one 127.0.0.1:$PORT pool-max-conn 32
END
    start_beside front haproxy -db -f "$DIR/front.cfg"
    node_behind 50
}

# php_behind ADDRESS: php-fpm, which listens there. FastCGI has no word for "this answer is the last",
# so the deadline ends each drain; nginx asks once more on a new connection, for this is GET.
php_behind() {
    daemon php-fpm
    sed -i "s|^listen = .*|listen = $1|; s|^pm.max_children = .*|pm.max_children = 40|" "$DIR/php-fpm.conf"
    export GRACE_DRAIN_TIMEOUT=1s
    start_wrapped daemon "${COMMAND[@]}"
    clients_of_proxy 10
    log_has 'drain deadline reached, [0-9]+ connections? cut'
}

FASTCGI='fastcgi_pass server; fastcgi_keep_conn on; fastcgi_param REQUEST_METHOD GET;
         fastcgi_param SCRIPT_NAME /ping; fastcgi_param SCRIPT_FILENAME /ping;'

@test "nginx, FastCGI by TCP, 10 restarts of php-fpm cut what nginx asks again" {
    nginx_before "127.0.0.1:$PORT" "$FASTCGI"
    php_behind "127.0.0.1:$PORT"
}

@test "nginx, FastCGI by a UNIX socket, 10 restarts of php-fpm cut what nginx asks again" {
    nginx_before "unix:$DIR/php.sock" "$FASTCGI"
    php_behind "$DIR/php.sock"
}
