# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# Without a web server in front of it, which would be what its clients see: they speak FastCGI.
# shellcheck source=/dev/null
source "$ROOT/tests/daemons/php-fpm.daemon"
ways=(reload grace)
restarts_by USR2 reload
remark='process_control_timeout 30s, without which a reload cuts the requests it meets; the load client speaks FastCGI itself'
unable 'the load client asks once on a connection of FastCGI' keep-alive idle many
unable 'it loads the application for each request' slow-boot
unable 'its workers load the application for each request' large
ASK=(--send "$request" --expect 'version [0-9]+' "tcp://127.0.0.1:$PORT")

eval "plain_$(declare -f configure)"
configure() {
    plain_configure "$1"
    sed -i 's/^\[global]/&\nprocess_control_timeout = 30s/' "$DIR/php-fpm.conf"
}

break_it() {
    echo 'no_such_entry = 1' >>"$DIR/php-fpm.conf"
}
