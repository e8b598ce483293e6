# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Servers of a few lines of python (tests/servers/serving.py) that a test writes itself, one for
# each version, and clients on several addresses at once. Use: load scripted
load "${BASH_SOURCE[0]%/*}/helper"

export PYTHONPATH=$ROOT/tests/servers PYTHONDONTWRITEBYTECODE=1

# version: standard input is what runs from the next start on.
version() {
    { echo 'from serving import *' && cat; } | put "$BATS_TEST_TMPDIR/server.py"
}

# start_installed: generation 1 is what version has been given.
start_installed() {
    start_wrapped server "$PYTHON" -u "$BATS_TEST_TMPDIR/server.py"
}

# start_version: standard input is generation 1.
start_version() {
    version
    start_installed
}

# url_of ADDRESS: "HOST PORT" or "unix:PATH".
url_of() {
    case $1 in
        unix:*) echo "$1" ;;
        *:*) echo "http://[${1% *}]:${1##* }/" ;;
        *) echo "http://${1% *}:${1##* }/" ;;
    esac
}

# hammer ADDRESS...: clients of each, "HOST PORT" or "unix:PATH", until hammer_finish.
hammer() {
    local address on=$BATS_TEST_TMPDIR/hammer.on
    HAMMERS=()
    rm -f "$on"
    for address; do
        client_start "hammer.${#HAMMERS[@]}" --clients new=4 --rate 300 --ready-file "$on" "$(url_of "$address")"
        HAMMERS+=("$CLIENT")
    done
    grace_wait 10 eval "(($#==\$(wc -l <'$on')))"
}

# hammer_finish: fails if a single request failed.
hammer_finish() {
    local i
    kill -TERM "${HAMMERS[@]}"
    for i in "${!HAMMERS[@]}"; do
        wait "${HAMMERS[i]}" || fail "$(<"$(log_of "hammer.$i")")" || return
    done
}

# restarts_lose_nothing ADDRESS...
restarts_lose_nothing() {
    hammer "$@"
    restart_times 2
    hammer_finish
    log_lacks 'is released|not served|Error'
}

# body HOST PORT | body unix:PATH: what is answered.
body() {
    "$PYTHON" - "$@" <<'END'
import socket, sys
if len(sys.argv) == 2:
    conn = socket.socket(socket.AF_UNIX)
    conn.connect(sys.argv[1][5:])
else:
    conn = socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
conn.sendall(b"GET / HTTP/1.0\r\n\r\n")
answer = b""
while got := conn.recv(4096):
    answer += got
print(answer.decode().partition("\r\n\r\n")[2])
END
}

# answers WANTED ADDRESS...
answers() {
    local got
    got=$(body "${@:2}")
    [[ $got == "$1" ]] || fail "$2: '$got', not '$1'"
}

# connects HOST PORT
connects() {
    "$PYTHON" -c 'import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 10).close()' "$@"
}

# release N: the Nth held connection, from 0, is asked for its answer; prints that.
release() {
    local fd=${HELD[$1]}
    printf 'GET / HTTP/1.0\r\n\r\n' >&"$fd"
    timeout 20 cat <&"$fd" | tail -n 1
    exec {fd}>&-
}
