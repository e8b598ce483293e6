# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What a version that fails has written to standard error, told to who waits for the restart.
load helper

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# install_failing [COMMAND...]: the next version does this, and fails.
install_failing() {
    put "$APP" <<<"#!/bin/sh
$*
exit 3"
}

# said LINE...: standard error has the reason, and these behind it.
said() {
    [[ $status -eq 1 && ${stderr_lines[0]} == 'grace: restart failed: exit status '* ]] || fail "$stderr"
    [[ $(printf '  | %s\n' "$@") == "$(printf '%s\n' "${stderr_lines[@]:1}")" ]] || fail "$stderr"
}

@test "a broken configuration of lighttpd is shown behind the reason, and the way out last" {
    put "$BATS_TEST_TMPDIR/conf" <<<"server.document-root = \"/\"
server.bind = \"127.0.0.1\"
server.port = $PORT"
    start_wrapped lighttpd lighttpd -D -f "$BATS_TEST_TMPDIR/conf"
    echo 'server.port = = 1' >>"$BATS_TEST_TMPDIR/conf"
    grace restart "$PID"
    [[ $status -eq 1 && $stderr == 'grace: restart failed: exit status '*'  | '*'parser failed'* ]] ||
        fail "$stderr"
    [[ $output == *"generation 1 goes on"*"  hint: that is the end of $LOG since generation 2"* ]] ||
        fail "$output"
    log_lacks '^ *\| '
    settled "$PID" 1
}

@test "nothing of older generations is, nor what is no text, and no more than ten lines" {
    install_app
    start_wrapped server "$APP"
    echo 'of the one before' >>"$LOG"
    # shellcheck disable=SC2016 # for the shell inside
    install_failing 'printf "one\n\n\033[31mtwo\377\n" >&2'
    grace restart "$PID"
    said one '\\x1b[31mtwo\\xff'
    # shellcheck disable=SC2016
    install_failing 'seq 100000 >&2; echo "grace[$PPID]: not said by us" >&2; printf "last" >&2'
    grace restart "$PID"
    # shellcheck disable=SC2046 # words
    said $(seq 99992 100000) last
}

@test "a line without an end is shown up to a length" {
    install_app
    start_wrapped server "$APP"
    install_failing 'head -c 1000000 /dev/zero | tr "\0" x >&2'
    grace restart "$PID"
    [[ $status -eq 1 && ${#stderr_lines[@]} -eq 2 && ${#stderr} -lt 3000 ]] || fail "${#stderr}"
}

@test "a log that was emptied meanwhile, and one that can't be read again" {
    install_app
    start_wrapped server "$APP"
    printf '%5000s\n' x >>"$LOG"
    install_failing ": >'$LOG'; echo anew >&2"
    grace restart "$PID"
    said anew
    rm "$LOG"
    install_failing 'echo unlinked >&2'
    grace restart "$PID"
    said unlinked
}

@test "with --json they are a list, and in sequential mode they are told as well" {
    export GRACE_MODE=sequential
    install_app
    start_wrapped server "$APP"
    install_failing 'echo "no \"database\"" >&2'
    grace restart "$PID" --json
    [[ $status -eq 1 && ${#stderr_lines[@]} -eq 1 ]] || fail "$stderr"
    [[ $output == *'"stderr":["no \"database\""]'* && $output == *'"hints":["that is the end of'* ]] ||
        fail "$output"
}

@test "where standard error is no file nothing is shown, and of a journal where it stands" {
    local way
    for way in pipe journal; do
        install_app
        # shellcheck disable=SC2016 # for the shell inside
        start_settled "$way" bash -c '
            exec 2> >(exec cat >"$1") >/dev/null
            [[ $2 == pipe ]] || export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/2)
            exec "${@:3}"' bash "$BATS_TEST_TMPDIR/$way" "$way" \
            env LD_PRELOAD="$LIBGRACE" GRACE_LOG="$BATS_TEST_TMPDIR/log" "$APP"
        install_failing 'echo lost >&2'
        grace restart "$PID"
        [[ $status -eq 1 && ${#stderr_lines[@]} -eq 1 ]] || fail "$stderr"
        [[ $output == *'goes on'*'  hint: '* ]] || fail "$output"
        case $way in
            pipe) [[ $output != *journal* ]] ;;
            journal) [[ $output =~ \ \ hint:\ journalctl\ _PID=[0-9]+\ has\ what\ generation\ 2\ said ]] ;;
        esac
        stop_and_wait "$PID"
        PORT=$(grace_free_port)
    done
}
