# SPDX-License-Identifier: ISC
# GRACE_ENVDIR: variables for the server, a file each, as they are when a generation starts.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    DIR=$BATS_TEST_TMPDIR/env
    mkdir "$DIR"
    export GRACE_ENVDIR=$DIR
    put "$APP" <<<"#!/bin/sh
env -0 >$BATS_TEST_TMPDIR/has
exec '$SERVER' --listen 127.0.0.1:$PORT"
}

# has NAME=VALUE: the last generation that was started.
has() {
    grep -zqxF -- "$1" "$BATS_TEST_TMPDIR/has" || fail "not $1: $(grep -z "^${1%%=*}" "$BATS_TEST_TMPDIR/has")"
}

lacks() {
    run ! grep -zq "^$1=" "$BATS_TEST_TMPDIR/has"
}

# refused WHY: at the start, in one line, and nothing hangs.
refused() {
    run --separate-stderr timeout 10 env LD_PRELOAD="$LIBGRACE" /bin/sh -c 'echo started'
    # shellcheck disable=SC2154 # bats sets it
    [[ $status == 125 && $output == '' && ${#stderr_lines[@]} == 1 && $stderr == "grace: GRACE_ENVDIR=$DIR: "$1 ]] ||
        fail "$status" "$output" "$stderr"
}

@test "the first line without blanks at its end, a zero byte for its end, an empty file for none" {
    printf 'one  two \t\nthree\n' >"$DIR/LINE"
    printf 'a\0b' >"$DIR/LINES"
    printf '\n' >"$DIR/BLANK"
    : >"$DIR/GONE"
    echo no >"$DIR/.hidden"
    mkdir "$DIR/..data"
    echo linked >"$DIR/..data/LINK"
    ln -s ..data/LINK "$DIR/LINK"
    GONE=there start_wrapped app "$APP"
    has 'LINE=one  two'
    has 'LINK=linked'
    has 'BLANK='
    lacks GONE
    lacks .hidden
    [[ $(grep -zc '^LINES=a' "$BATS_TEST_TMPDIR/has") == 1 && $(tr '\0' ' ' <"$BATS_TEST_TMPDIR/has") == *$'LINES=a\nb '* ]]
}

@test "each generation has what is there when it starts, and the supervisor keeps nothing of it" {
    local before
    echo 1 >"$DIR/VERSION"
    head -c 60000 /dev/zero | tr '\0' x >"$DIR/LARGE"
    VERSION=0 start_wrapped app "$APP"
    has VERSION=1
    restart_times 3
    before=$(anonymous_kb "$PID") fds=$(fds_of "$PID" | wc -l)
    echo 2 >"$DIR/VERSION"
    load_start --rate 200 "http://127.0.0.1:$PORT/"
    restart_times 4
    load_finish
    has VERSION=2
    rm "$DIR/VERSION"
    restart_and_wait "$PID"
    has VERSION=0
    (($(anonymous_kb "$PID") <= before + 100 && $(fds_of "$PID" | wc -l) == fds))
}

@test "a directory that can't be taken stops the start" {
    mkdir "$DIR/SUB"
    refused 'SUB is no regular file'
    rmdir "$DIR/SUB"
    mkfifo "$DIR/FIFO"
    refused 'FIFO is no regular file'
    rm "$DIR/FIFO"
    ln -s nowhere "$DIR/LINK"
    refused 'LINK: No such file or directory'
    rm "$DIR/LINK"
    echo x >"$DIR/A=B"
    refused "'A=B' can't be the name of a variable"
    rm "$DIR/A=B"
    for name in LD_PRELOAD LD_AUDIT GRACE_MODE NOTIFY_SOCKET; do
        echo x >"$DIR/$name"
        refused "$name can't be set there: set it where grace is started"
        rm "$DIR/$name"
    done
    head -c 70000 /dev/zero | tr '\0' x >"$DIR/LONG"
    refused 'LONG: its first line is longer than 65536 bytes'
    rm -r "$DIR"
    refused 'No such file or directory; name a directory that can be read'
    touch "$DIR"
    refused 'Not a directory; name a directory that can be read'
}

@test "what another user may have put there is not taken" {
    echo x >"$DIR/A"
    chown 65534 "$DIR/A"
    refused "A is another user's: chown it to root, or to whom runs grace"
    rm "$DIR/A"
    ln -s /etc/shadow "$DIR/A"
    chown -h 65534 "$DIR/A"
    refused "A is another user's: *"
    rm "$DIR/A"
    chown 65534 "$DIR"
    refused "it is another user's: chown it to root, or to whom runs grace"
    mkdir "$BATS_TEST_TMPDIR/real"
    rmdir "$DIR"
    ln -s real "$DIR"
    chown -h 65534 "$DIR"
    refused 'it is a symbolic link; name a directory that can be read'
}

@test "later that is a reason for a rollback, and the next restart works" {
    start_wrapped app "$APP"
    mkfifo "$DIR/FIFO"
    run -1 "$GRACE" restart "$PID"
    [[ $output == *"GRACE_ENVDIR=$DIR: FIFO is no regular file"* ]] || fail "$output"
    settled "$PID" 1
    rm "$DIR/FIFO"
    echo here >"$DIR/A"
    restarted
    has A=here
}

@test "a new supervisor reads it, too" {
    start_wrapped app "$APP"
    echo here >"$DIR/A"
    kill_supervisor
    kill -HUP "$(curl -s "127.0.0.1:$PORT/pid" | sed 's/^pid \([0-9]*\) .*/\1/')"
    grace_wait 20 log_has 'generation 2 ready'
    has A=here
}
