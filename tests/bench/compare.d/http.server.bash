# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034
# A server that knows of no restart.
packages=(python3)
clients=4 # its queue holds five connections
unable 'it closes after each answer' keep-alive idle many
unable 'it has no application that grows' large

configure() {
    publish "$1"
    replace "$DIR/serve" <<END
#!/bin/sh
sleep $BOOT
cd '$DIR/current' && exec '$PYTHON' -m http.server --bind 127.0.0.1 $PORT 2>/dev/null
END
    chmod +x "$DIR/serve"
    daemon_command "$DIR/serve"
}

break_it() {
    rm "$DIR/current"
}
