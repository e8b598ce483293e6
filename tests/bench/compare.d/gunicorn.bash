# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
packages=(gunicorn)
ways=(reload upgrade socket-activation stop-start grace)
restarts_by HUP reload socket-activation
remark='gthread, the worker class of Debian that keeps connections; --keep-alive 600, --graceful-timeout 30; no --preload, with which HUP brings no new version'

configure() {
    local address=(-b "127.0.0.1:$PORT")
    [[ $WAY != socket-activation ]] || address=() # it is given the listener
    python_application "$1"
    daemon_command /usr/bin/gunicorn -w "$WORKERS" -k gthread --threads 4 --worker-connections 12000 \
        --keep-alive 600 --graceful-timeout 30 -t 300 -p "$DIR/gunicorn.pid" --log-level error \
        "${address[@]}" site_application:wsgi
}

break_it() {
    rm "$VERSION_FILE"
}

# As docs.gunicorn.org/en/stable/signals.html has it, "Upgrading to a new binary on the fly".
way_upgrade() {
    local old
    old=$(<"$DIR/gunicorn.pid")
    kill -s USR2 "$old"
    grace_wait 10 answers "$(<"$DIR/number")"
    kill -s TERM "$old"
    grace_wait 60 ended "$old"
}
