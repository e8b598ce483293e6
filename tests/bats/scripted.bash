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

# hammer ADDRESS...: clients of each, "HOST PORT" or "unix:PATH", until hammer_finish.
hammer() {
    local address i=0
    HAMMERS=()
    rm -f "$BATS_TEST_TMPDIR"/{enough,hammer.*}
    for address; do
        # shellcheck disable=SC2086
        start_beside "hammer.$i" "$LOAD" -c 4 -r 300 -t 120 --until "$BATS_TEST_TMPDIR/enough" $address
        HAMMERS+=("$LAUNCHED")
        wait_until 10 grep -q first_ms "$BATS_TEST_TMPDIR/hammer.$i.log"
        ((i += 1))
    done
}

# hammer_finish: fails if a single request failed.
hammer_finish() {
    local pid failed=0
    touch "$BATS_TEST_TMPDIR/enough"
    for pid in "${HAMMERS[@]}"; do
        wait "$pid" || failed=1
    done
    ((failed == 0)) || fail "$(cat "$BATS_TEST_TMPDIR"/hammer.*)"
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
