# SPDX-License-Identifier: ISC
# shellcheck disable=SC2030,SC2031,SC2153,SC2154
# One command for several servers: what is done to which, in what order, and what it ends with.
load helper

# serve NAME: a server of that name on a port of its own; sets PIDS[NAME].
serve() {
    put "$BATS_TEST_TMPDIR/$1" <<<"#!/bin/sh
exec $SERVER --listen 127.0.0.1:$(grace_free_port)"
    start_settled "$1" "$GRACE" run --name "$1" -- "$BATS_TEST_TMPDIR/$1"
    PIDS[$1]=$PID
}

# serve_broken NAME: its next version won't start.
serve_broken() {
    serve "$1"
    put "$BATS_TEST_TMPDIR/$1" <<<"#!/bin/sh
exit 7"
}

setup() {
    declare -gA PIDS
}

grace() {
    run --separate-stderr timeout 60 "$GRACE" "$@"
}

# generations_are N NAME...: of each.
generations_are() {
    local name
    for name in "${@:2}"; do
        [[ $(generation_of "${PIDS[$name]}") == "$1" ]] || fail "$name: not $1"
    done
}

@test "each is restarted in the order given, and each line says whose it is" {
    serve one
    serve two
    grace restart two "${PIDS[one]}"
    [[ $status -eq 0 && -z $stderr ]] || fail "$output" "$stderr"
    [[ $output == *'two: generation 2 ready'*'one: generation 2 ready'* ]]
    [[ $(cut -d : -f 1 <<<"$output" | uniq | paste -sd ' ') == 'two one' ]]
    generations_are 2 one two
}

@test "a restart that fails is the last: the others are named, and left alone" {
    serve one
    serve_broken two
    serve three
    serve four
    grace restart one two three four
    [[ $status -eq 1 ]]
    [[ ${stderr_lines[*]} == *'grace: two: restart failed: exit status 7 after '* ]] || fail "$stderr"
    [[ $stderr == *'grace: three: no restart, after'*'grace: four: no restart, after'* ]]
    generations_are 2 one
    generations_are 1 two three four
}

@test "a stop goes on past one that fails, and ends with the worst of all" {
    serve one
    serve two
    grace stop nobody one 4194305 two
    [[ $status -eq 3 ]]
    [[ $stderr == *"nobody: no server 'nobody'"*"4194305: no process 4194305"* ]] || fail "$stderr"
    gone "${PIDS[one]}"
    gone "${PIDS[two]}"
}

@test "what failed is worse than who is missing, and that than what takes long" {
    export GRACE_STOP_TIMEOUT=none
    start_settled slow "$GRACE" run --name slow -- "$PYTHON" "$NOTING" "$PORT" TERM=note
    grace stop slow nobody --timeout 0
    [[ $status -eq 3 && $stderr == *'slow: the stop is'*'nobody: no server'* ]] || fail "$stderr"
    grace restart slow nobody
    [[ $status -eq 1 && $stderr == *'slow: restart refused: the server is being stopped'* ]]
    grace restart nobody slow
    [[ $status -eq 3 && $stderr == *'slow: no restart, after'* ]]
    kill -KILL "$(server_pid "$PID")"
    grace_wait 10 gone "$PID"
}

@test "--all is all that status shows" {
    serve one
    serve two
    grace restart --all
    [[ $status -eq 0 && $output == *'one: generation 2'* && $output == *'two: generation 2'* ]] ||
        fail "$output" "$stderr"
    generations_are 2 one two
    grace restart one --all
    [[ $status -eq 2 && $stderr == *"'one' and --all"* ]]
    grace stop --all
    [[ $status -eq 0 && -z $stderr ]]
    gone "${PIDS[one]}"
    gone "${PIDS[two]}"
}

@test "--all of none is exit code 3, and says where was looked" {
    grace restart --all
    [[ $status -eq 3 && $stderr == "grace: no servers run under grace (looked in $GRACE_RUNTIME_DIR)" ]]
    grace stop --all
    [[ $status -eq 3 && -z $output ]]
}

@test "--all leaves out whoever doesn't answer, says so, and ends with that" {
    serve one
    serve two
    kill -STOP "${PIDS[one]}"
    grace_wait 10 stopped "${PIDS[one]}"
    grace restart --all
    kill -CONT "${PIDS[one]}"
    [[ $status -eq 4 && $stderr == *"${PIDS[one]} doesn't answer because it is stopped"* ]] ||
        fail "$output" "$stderr"
    generations_are 2 two
    generations_are 1 one
}
