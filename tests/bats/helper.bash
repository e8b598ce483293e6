# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # what the bats library sets
# What the tests that run whole servers share, on top of the bats library in tools/bats, which ends what
# they start. Use: load helper; it brings PORT, a free one for each test.
bats_require_minimum_version 1.5.0

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD_DIR:-$ROOT/build}
LIBGRACE=$BUILD/shim/libgrace.so
GRACE=$BUILD/tools/grace
LAUNCH=$BUILD/tests/tools/launch
CONFINE=$BUILD/tests/tools/confine
SERVER=$BUILD/tests/servers/server
NOTING=$ROOT/tests/servers/noting.py
PYTHON=/usr/bin/python3
export ROOT BUILD LIBGRACE GRACE LAUNCH SERVER PYTHON
# shellcheck source=tools/bats/load.bash
BATS_GRACE=$GRACE source "$ROOT/tools/bats/load.bash"
export GRACE_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
# What a server does when it is told to end is for tests of that.
# shellcheck disable=SC2034 # the bats library reads it; a bats inside of this one shall not
BATS_GRACE_END_TIMEOUT=0
APP=$BATS_TEST_TMPDIR/app   # what install_app writes
BODY=$BATS_TEST_TMPDIR/body # what install_version writes

# shellcheck source=tests/bats/processes.bash
source "$ROOT/tests/bats/processes.bash"
# shellcheck source=tests/bats/status.bash
source "$ROOT/tests/bats/status.bash"
# shellcheck source=tests/bats/clients.bash
source "$ROOT/tests/bats/clients.bash"

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# put PATH: standard input, in place of what was there, executable.
put() {
    cat >"$1.new"
    chmod +x "$1.new"
    mv "$1.new" "$1"
}

# uptime_ms: sets UPTIME_MS, on a clock that nobody sets.
uptime_ms() {
    _grace_uptime
    UPTIME_MS=$_grace_now
}

# passed SECONDS SINCE: that is EPOCHREALTIME without its point.
passed() {
    ((${EPOCHREALTIME/[.,]/} - $2 >= $1 * 1000000))
}

# A port below 1024 that nobody uses.
privileged_port() {
    local port
    while port=$((600 + SRANDOM % 400)); do
        (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        echo "$port"
        return
    done
}

# let_everybody_in: the directories of this test, for servers that give up root.
let_everybody_in() {
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"
}

# start NAME COMMAND...: in a session of its own; sets PID, and LOG: what it says.
start() {
    grace_background "$@"
    PID=$grace_background_pid LOG=$grace_background_log
}

# start_beside NAME COMMAND...: PID and LOG stay what they are; sets LAUNCHED.
start_beside() {
    grace_background "$@"
    LAUNCHED=$grace_background_pid
}

# launch OUTPUT ERRORS COMMAND...: it has these files; sets LAUNCHED.
launch() {
    start_beside launched "$LAUNCH" --stdin /dev/null --stdout "$1" --stderr "$2" -- "${@:3}"
}

# log_of NAME: of start or start_beside.
log_of() {
    echo "$BATS_TEST_TMPDIR/grace/background/$1.log"
}

# start_settled NAME COMMAND...: start, and wait until generation 1 serves.
start_settled() {
    start "$@"
    grace_wait 20 settled "$PID" 1 || dump_log
}

# start_wrapped NAME COMMAND...: the same with the shim.
start_wrapped() {
    start_settled "$1" env LD_PRELOAD="$LIBGRACE" "${@:2}"
}

# start_server [OPTION...]: our server, wrapped, on $PORT.
start_server() {
    start_wrapped server "$SERVER" --listen "127.0.0.1:$PORT" "$@"
}

# start_noting [SIGNAL=ACTION...]: a server that writes down the signals it gets, wrapped, on $PORT.
start_noting() {
    start_wrapped noting "$PYTHON" "$NOTING" "$PORT" "$@"
}

# start_pretending: what has the socket of a supervisor, and answers any request with standard input.
start_pretending() {
    cat >"$BATS_TEST_TMPDIR/answer"
    mkdir -m 700 "$GRACE_RUNTIME_DIR"
    start pretending "$PYTHON" "$ROOT/tests/tools/pretending.py" "$GRACE_RUNTIME_DIR" "$BATS_TEST_TMPDIR/answer"
    grace_wait 10 test -S "$GRACE_RUNTIME_DIR/$PID.sock"
}

# start_confined OPTION... COMMAND...: with less than it expects; the options are those of confine.
start_confined() {
    start confined "$CONFINE" "$@"
}

# start_background COMMAND...: wrapped; it goes into the background, and PID is its supervisor there.
start_background() {
    start background env LD_PRELOAD="$LIBGRACE" "$@"
    ends_with 0
    found_in_background
    grace_wait 20 settled "$PID" 1 || dump_log
}

# found_in_background: sets PID to the only supervisor of this test, which is no child of ours.
found_in_background() {
    grace_wait 10 compgen -G "$GRACE_RUNTIME_DIR/*.sock" >/dev/null
    PID=$(basename "$GRACE_RUNTIME_DIR"/*.sock .sock)
}

# start_activated [OPTION...] PORT COMMAND...: it is given the listener; the options of activate.py.
start_activated() {
    start_settled server env ACTIVATED_PRELOAD="$LIBGRACE" \
        "$PYTHON" "$ROOT/tests/tools/activate.py" "$@"
}

# start_syslogging: our server, and its log goes to whoever reads $BATS_TEST_TMPDIR/log.sock.
start_syslogging() {
    export -f with_dev_log
    # shellcheck disable=SC2016 # for the shell inside
    start_settled server unshare --mount bash -c 'with_dev_log "$@"' bash env GRACE_LOG=syslog \
        LD_PRELOAD="$LIBGRACE" "$SERVER" --listen "127.0.0.1:$PORT"
}

# install_version N: what a server answers that reads $BODY.
install_version() {
    printf 'version %s' "$1" | put "$BODY"
}

# start_datagrams WAY PORT|PATH [WORKERS]: a server of datagrams that answers with version 1.
start_datagrams() {
    install_version 1
    start_wrapped server "$PYTHON" "$ROOT/tests/servers/datagrams.py" "$1" "$2" "$BODY" "${@:3}"
}

# install_app [OPTION...]: $APP is our server on $PORT, with these options, from its next start on.
install_app() {
    put "$APP" <<<"#!/bin/sh
exec '$SERVER' --listen 127.0.0.1:$PORT ${*@Q}"
}

# make_certificate: of localhost, for servers with TLS; sets CERTIFICATE and KEY.
make_certificate() {
    CERTIFICATE=$BATS_TEST_TMPDIR/certificate KEY=$BATS_TEST_TMPDIR/key
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
        -out "$CERTIFICATE" -keyout "$KEY" 2>/dev/null
}

dump_log() {
    tail -n 40 "$LOG" >&2
    return 1
}

log_has() {
    grep -Eq -- "$1" "$LOG"
}

# log_lacks REGEX: else the end of the log is shown.
log_lacks() {
    ! log_has "$1" || dump_log
}

# with_dev_log COMMAND...: with a /dev/log that is $BATS_TEST_TMPDIR/log.sock.
with_dev_log() {
    local dev=$BATS_TEST_TMPDIR/dev node
    mkdir "$dev"
    mount -t tmpfs none "$dev"
    for node in null zero tty urandom; do
        touch "$dev/$node"
        mount --bind "/dev/$node" "$dev/$node"
    done
    touch "$dev/log"
    mount --bind "$BATS_TEST_TMPDIR/log.sock" "$dev/log"
    mount --move "$dev" /dev
    exec "$@"
}

[[ -z ${BATS_TEST_NAME-} ]] || PORT=$(grace_free_port) # not where a file is only read
