# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(starman libserver-starter-perl)
ways=(start_server reload grace)
restarts_by HUP start_server reload
remark='start_server: HUP to Server::Starter, with --signal-on-hup=QUIT as starman has it in its manual, and --kill-old-delay where the start takes longer than its interval of a second; reload: HUP to starman itself; --max-requests 1000000, as a worker that starts anew in between loads what is there, a broken application, too'
unable 'each of its processes has one connection' idle many

# A process for each connection that stays.
configure() {
    local starter=() address=(--listen "127.0.0.1:$PORT")
    version_file "$1"
    replace "$DIR/application.psgi" <<END
sleep $BOOT;
our \$bulk = 'x' x ($BULK << 20);
$(<"$ROOT/tests/servers/version.psgi")
END
    [[ $WAY != start_server ]] || address=() starter=(start_server --port "127.0.0.1:$PORT"
        --signal-on-hup=QUIT --kill-old-delay=$((BOOT * 2)) --)
    daemon_command "${starter[@]}" /usr/bin/starman --read-timeout 60 --keepalive-timeout 60 "${address[@]}" \
        --max-requests 1000000 --workers $((BULK ? 1 : 10)) "$DIR/application.psgi"
}

break_it() {
    rm "$VERSION_FILE"
}
