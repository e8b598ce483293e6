# SPDX-License-Identifier: ISC
# The test tools themselves, without the shim: what finds nothing wrong must be able to.
load helper
MACHINE=$ROOT/tests/tools/machine

# start_bare PORT [OPTION...]: our server, without the shim; sets HOST and PORT.
start_bare() {
    start server "$SERVER" --listen "127.0.0.1:$1" --portfile "$BATS_TEST_TMPDIR/port" "${@:2}"
    grace_wait 5 test -s "$BATS_TEST_TMPDIR/port"
    read -r HOST PORT <"$BATS_TEST_TMPDIR/port"
}

@test "server: every way to wait answers under every model" {
    for model in single threads prefork fork; do
        for way in epoll-lt epoll-et epoll-oneshot epoll-exclusive epoll-shared poll ppoll select \
            pselect accept select-accept pselect-accept poll-accept ppoll-accept epoll-lt-accept \
            epoll-oneshot-accept epoll-pwait-accept epoll-pwait2-accept; do
            rm -f "$BATS_TEST_TMPDIR/port"
            start_bare 0 --wait "$way" --model "$model"
            requests -n 200 --expect "^pid $PID" "http://$HOST:$PORT/" >/dev/null
        done
        grace_end
    done
}

@test "launch: only three files are open, signals are as new" {
    trap '' USR1
    run -0 "$LAUNCH" --stdin /dev/null -- ls /proc/self/fd
    trap - USR1
    [ "$(wc -w <<<"$output")" -eq 4 ]
    run -0 "$LAUNCH" -- grep -E '^Sig(Ign|Blk)' /proc/self/status
    [[ $output == *$'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000'* ]]
}

@test "machine: it ends with who started it, and all that runs in it" {
    local machine sleeper
    mkdir "$BATS_TEST_TMPDIR/machine"
    start starter bash -c 'setpriv --pdeathsig KILL "$@" & wait' bash "$MACHINE" "$BATS_TEST_TMPDIR/machine"
    grace_wait 10 pgrep -P "$PID"
    machine=$(pgrep -P "$PID")
    grace_wait 60 boots "$machine"
    sleeper=$(pgrep -P "$(pgrep -P "$machine")" -f journald)
    kill -KILL "$PID"
    grace_wait 10 all_ended "$machine" "$sleeper"
    unshare --mount "$MACHINE" --sweep
}

# boots STARTER: the journal is there.
boots() {
    pgrep -P "$(pgrep -P "$1")" -f journald
}

@test "machine: who can't boot one is told so" {
    run -1 setpriv --reuid=65534 --clear-groups bash "$MACHINE" "$BATS_TEST_TMPDIR"
    [[ $output == 'machine: only root can boot one' ]]
}
