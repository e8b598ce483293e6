# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(puma)
ways=(phased-restart restart grace)
restarts_by USR1 phased-restart
restarts_by USR2 restart
remark='cluster, no preload_app!, with which there is no phased restart; persistent_timeout 600'
unable 'it answers so many clients too late, restart or not' many

configure() {
    version_file "$1"
    replace "$DIR/config.ru" <<END
sleep $BOOT
BULK = 'x' * ($BULK << 20)
$(<"$ROOT/tests/servers/version.ru")
END
    replace "$DIR/puma.rb" <<END
bind 'tcp://127.0.0.1:$PORT'
workers $WORKERS
threads 16, 16
persistent_timeout 600
rackup '$DIR/config.ru'
END
    daemon_command /usr/bin/puma -C "$DIR/puma.rb"
}

break_it() {
    rm "$VERSION_FILE"
}
