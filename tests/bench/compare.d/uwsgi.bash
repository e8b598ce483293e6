# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(uwsgi-core uwsgi-plugin-python3)
ways=(reload lazy chain grace)
restarts_by HUP reload lazy
remark='--master, --need-app; reload: HUP, the master executes itself; lazy: HUP with --lazy-apps, the workers are started again; chain: c to the master FIFO, one worker after the other'
unable 'its http-socket closes after each answer' keep-alive idle many

configure() {
    local lazy=()
    [[ $WAY != @(lazy|chain) ]] || lazy=(--lazy-apps)
    python_application "$1"
    chmod 1777 "$DIR" # the FIFO is made by that user
    daemon_command uwsgi-core --plugin python311 --master --processes "$WORKERS" --die-on-term \
        --need-app --http-socket "127.0.0.1:$PORT" --module site_application:wsgi --disable-logging \
        --uid www-data --master-fifo "$DIR/fifo" "${lazy[@]}"
}

break_it() {
    rm "$VERSION_FILE"
}

way_chain() {
    echo c >"$DIR/fifo"
}
