# SPDX-License-Identifier: ISC
# A release is switched by a symbolic link: where the next generation starts.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    BASE=$BATS_TEST_TMPDIR/site
    mkdir -p "$BASE"/releases/{1,2}/web
    release 1
    release 2
    ln -s releases/1 "$BASE/current"
}

# release N: its program listens on 127.0.0.1:$1 and answers with N.
release() {
    put "$BASE/releases/$1/app" <<<"#!/bin/sh
exec '$SERVER' --listen 127.0.0.1:\$1 --body $1"
}

switch() {
    ln -s "releases/$1" "$BASE/next"
    mv -T "$BASE/next" "$BASE/current"
}

# managed DIRECTORY COMMAND...: as service managers start a server: in that directory, without $PWD.
managed() {
    start_settled managed "$PYTHON" -c '
import os, sys
os.chdir(sys.argv[1])
os.environ.pop("PWD", None)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}

# runs_in DIRECTORY [SUPERVISOR]
runs_in() {
    local where
    grace_wait 20 lone_generation "${2-$PID}"
    where=$(readlink "/proc/$(server_pid "${2-$PID}")/cwd")
    [[ $where == "$BASE/$1" ]] || fail "it runs in $where"
}

# says_where PATH: a restart does, that the new generation is not where that leads.
says_where() {
    run -0 "$GRACE" restart "$PID"
    [[ $output == *" starts in "*"; $1 led there at the start and no longer does: --chdir $1 "* ]] ||
        fail "$output"
}

@test "nothing tells of the link: the restart says so, and what helps" {
    managed "$BASE/current" "$GRACE" run -- ./app "$PORT"
    run -0 "$GRACE" restart "$PID"
    [[ $output != *'starts in'* ]] || fail "$output"
    grace_wait 20 lone_generation "$PID"
    switch 2
    says_where "$BASE/current"
    runs_in releases/1
    log_has 'generation 3 starts in .*/releases/1; '
}

@test "nothing tells of the link, and the server runs below it; it is removed" {
    managed "$BASE/current/web" "$GRACE" run -- ../app "$PORT"
    rm "$BASE/current"
    says_where "$BASE/current/web"
    runs_in releases/1/web
}

# shellcheck disable=SC2016 # for the shell that is started
# bash exports a $PWD, and knows no more of the link than we do.
@test "a shell between the manager and the server: the restart says so" {
    managed "$BASE/current" bash -c 'exec "$@"' bash "$GRACE" run -- ./app "$PORT"
    switch 2
    says_where "$BASE/current"
}

# shellcheck disable=SC2016 # for the shell that is started
@test "the command, or one of its arguments, leads through the link: it is followed" {
    managed "$BASE/current/web" env LD_PRELOAD="$LIBGRACE" "$BASE/current/app" "$PORT"
    switch 2
    restart_and_wait "$PID"
    answers_with 2
    runs_in releases/2/web
    log_lacks 'starts in'
    stop_and_wait "$PID"
    managed "$BASE/current" env LD_PRELOAD="$LIBGRACE" sh -c './app "$1"' sh "$PORT" "--root=$BASE/current"
    switch 1
    restart_and_wait "$PID"
    answers_with 1
    runs_in releases/1
}

@test "other links, and those that led elsewhere at the start, are nobody's business" {
    cd "$BASE/releases"
    mkdir 3
    release 3
    ln -s /usr "$BASE/other"
    ln -s releases/2 "$BASE/3"
    cd 3
    start_settled server "$GRACE" run -- ./app "$PORT"
    switch 2
    rm "$BASE/3" "$BASE/other"
    restart_and_wait "$PID"
    runs_in releases/3
    log_lacks 'starts in'
}

@test "GRACE_CHDIR: its path is followed, wherever the start was" {
    managed / "$GRACE" run --chdir "$BASE/current" -- ./app "$PORT"
    runs_in releases/1
    answers_with 1
    switch 2
    restart_and_wait "$PID"
    answers_with 2
    runs_in releases/2
    log_lacks 'starts in'
}

@test "GRACE_CHDIR: relative to where the start was, which a link leads to" {
    cd "$BASE/current"
    start_settled server env GRACE_CHDIR=web "$GRACE" run -- ../app "$PORT"
    runs_in releases/1/web
    switch 2
    restart_and_wait "$PID"
    runs_in releases/2/web
    answers_with 2
}

@test "GRACE_CHDIR: the command of GRACE_READY runs there, too" {
    export GRACE_READY='exec=test -e app && ! test -e unready'
    managed / "$GRACE" run --chdir "$BASE/current" -- ./app "$PORT"
    switch 2
    restart_and_wait "$PID"
    runs_in releases/2
}

@test "GRACE_CHDIR: one that can't be entered stops the start, and a restart is rolled back" {
    local value
    for value in "$BASE/none" "$BASE/releases/1/app" ''; do
        run -125 --separate-stderr "$GRACE" run --chdir "$value" -- /bin/sh -c 'echo started'
        # shellcheck disable=SC2154 # bats sets it
        [[ $output == '' && ${#stderr_lines[@]} == 1 && $stderr == "grace: GRACE_CHDIR=$value: "* ]] ||
            fail "$value: $stderr"
    done
    managed / "$GRACE" run --chdir "$BASE/current" -- ./app "$PORT"
    switch none
    run -1 "$GRACE" restart "$PID"
    [[ $output == *"chdir $BASE/current: No such file or directory"* ]] || fail "$output"
    answers_with 1
    switch 2
    restart_and_wait "$PID"
    answers_with 2
}

# under_supervisord NAME DIRECTORY COMMAND: a program of its configuration.
under_supervisord() {
    printf '[program:%s]\ndirectory=%s\ncommand=%s\nstdout_logfile=%s\nredirect_stderr=true\n' \
        "$1" "$2" "$3" "$BATS_TEST_TMPDIR/$1.log"
}

@test "supervisord's directory=" {
    local one=$PORT two three name
    two=$(grace_free_port) three=$(grace_free_port)
    {
        printf '[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=%s\n' \
            "$BATS_TEST_TMPDIR/supervisord.pid"
        under_supervisord told "$BASE/current" "$GRACE run --name told -- $BASE/current/app $one"
        under_supervisord chosen / "$GRACE run --name chosen --chdir $BASE/current -- ./app $two"
        under_supervisord guess "$BASE/current" "$GRACE run --name guess -- ./app $three"
    } >"$BATS_TEST_TMPDIR/supervisord.conf"
    start supervisord env -u PWD supervisord -c "$BATS_TEST_TMPDIR/supervisord.conf"
    for name in told chosen guess; do
        grace_wait 30 settled "$name" 1
    done
    switch 2
    for name in told chosen; do
        run -0 "$GRACE" restart "$name"
        [[ $output != *'starts in'* ]] || fail "$output"
        grace_wait 20 settled "$name" 2
        runs_in releases/2 "$name"
    done
    PID=guess says_where "$BASE/current"
    grace_wait 20 settled guess 2
    runs_in releases/1 guess
}
