# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(nginx)
ways=(reload upgrade stop-start grace)
restarts_by HUP reload
remark='keepalive_timeout 10m; no reuseport, with which a reload loses what waits in the queues of the old workers'
unable 'it has no application that takes a second to start' slow-boot
unable 'it has no application that grows' large
stop_signal=QUIT
[[ $WAY != upgrade ]] || daemon=yes

configure() {
    replace "$DIR/nginx.conf" <<END
user www-data;
worker_processes $WORKERS;
pid $DIR/nginx.pid;
error_log $DIR/error.log;
events { worker_connections 12000; }
http {
    access_log off;
    default_type text/plain;
    keepalive_timeout 10m;
    server {
        listen 127.0.0.1:$PORT;
        return 200 "version $1\n";
    }
}
END
    daemon_command nginx -c "$DIR/nginx.conf" -g 'daemon off;'
    # USR2 is for one that has left the process that started it; else it is ignored.
    [[ $WAY != upgrade ]] || daemon_command /usr/sbin/nginx -c "$DIR/nginx.conf"
}

break_it() {
    echo 'no_such_directive;' >>"$DIR/nginx.conf"
}

# It looks at the configuration before it sends the signal.
way_reload() {
    nginx -c "$DIR/nginx.conf" -s reload
}

# As nginx.org/en/docs/control.html has it, "Upgrading Executable on the Fly".
way_upgrade() {
    kill -s USR2 "$(<"$DIR/nginx.pid")"
    grace_wait 5 test -s "$DIR/nginx.pid.oldbin" -a -s "$DIR/nginx.pid"
    grace_wait 30 answers "$(<"$DIR/number")"
    kill -s QUIT "$(<"$DIR/nginx.pid.oldbin")"
    grace_wait 60 test ! -e "$DIR/nginx.pid.oldbin"
}
