# SPDX-License-Identifier: ISC
# A new version that does not come up changes nothing that a client sees: the old one goes on, one
# line says why, and the next restart runs what is on disk then.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

setup() {
    export GRACE_READY_TIMEOUT=10s GRACE_SETTLE=200ms
}

# start_one: version one, under load.
start_one() {
    install_app --body one
    start_under_load "$APP"
}

# start_under_load COMMAND...: of which no version but these two may answer.
start_under_load() {
    start_wrapped app "$@"
    load_start --rate 400 --expect '^(one|two)$' "http://127.0.0.1:$PORT/"
}

# fails_because REGEX [COMMAND]: the next restart fails, with what is done meanwhile, and one line
# says why.
fails_because() {
    local count
    count=$(status_number "$PID" rolled_back)
    kill -HUP "$PID"
    ${2-}
    grace_wait 20 rolled_back "$PID" $((count + 1)) || dump_log
    grace_wait 10 lone_generation "$PID"
    [[ $(grep -c 'rolled back' "$LOG") == $((count + 1)) ]] || fail "$(<"$LOG")"
    grep 'rolled back' "$LOG" | tail -n 1 | grep -Eq -- "rolled back: $1; generation [0-9]+ goes on" ||
        fail "$(<"$LOG")"
    answers_with one
}

# recovers: a good version is started as if nothing had happened.
recovers() {
    install_app --body two
    restart_and_wait "$PID"
    answers_with two
    load_finish
}

# breaks SERVER-OPTION... REGEX
breaks() {
    start_one
    install_app --body two "${@:1:$#-1}"
    fails_because "${!#}"
    recovers
}

@test "it exits at once" { breaks --fail exit:3 'exit status 3 after [0-9]+ ms, before it was ready'; }
@test "it exits at once with status 0" { breaks --fail exit:0 'exit status 0 after [0-9]+ ms.*'; }
@test "it dies by a signal" { breaks --fail crash 'killed by signal 11 \(Segmentation fault\) after [0-9]+ ms.*'; }
@test "it crashes when it has bound" { breaks --fail after-bind 'killed by signal 11 .*'; }

@test "it never listens" {
    export GRACE_READY_TIMEOUT=3s # which binds the good version, too
    breaks --fail never-listen 'not ready after ([3-9]|[0-9]{2,})[0-9]{3} ms: .*0 waited on, but not .*'
}

@test "it hangs before it binds" {
    export GRACE_READY_TIMEOUT=3s # which binds the good version, too
    breaks --fail hang 'not ready after ([3-9]|[0-9]{2,})[0-9]{3} ms: 0 of 1 listeners adopted.*'
}

@test "it answers on one of two sockets only until the time is up" {
    local other
    other=$(grace_free_port)
    export GRACE_READY_TIMEOUT=1s GRACE_SETTLE=10s
    install_app --body one --listen "127.0.0.1:$other"
    start_wrapped app "$APP"
    load_start --rate 800 --expect '^(one|two)$' --version-regex '^(one|two)$' "http://127.0.0.1:$PORT/"
    for model in single prefork threads; do
        install_app --body two --model "$model"
        fails_because_not_ready
    done
    load_finish
    versions_are one two
}

# A slow machine may need more than the second to come so far: then again.
fails_because_not_ready() {
    local count line
    for _ in {1..5}; do
        count=$(status_number "$PID" rolled_back)
        hup_until 20 rolled_back "$PID" $((count + 1))
        grace_wait 10 lone_generation "$PID"
        line=$(grep 'rolled back' "$LOG" | tail -n 1)
        [[ $line == *' 0 of 2 listeners adopted'* ]] || break
    done
    [[ $line == *'not ready after '*' 1 of 2 listeners adopted'* ]] || fail "$line"
}

@test "the file is missing" {
    start_one
    rm "$APP"
    fails_because "exec $APP: No such file or directory"
    recovers
}

@test "the file is not executable" {
    start_one
    chmod -x "$APP"
    fails_because "exec $APP: Permission denied"
    recovers
}

@test "the file is garbage" {
    start_one
    head -c 4096 /dev/urandom | put "$APP"
    fails_because "exec $APP: Exec format error"
    recovers
}

@test "the file is empty" {
    start_one
    put "$APP" </dev/null
    fails_because "exec $APP: Exec format error"
    recovers
}

# e_machine 183 is AArch64; 3, the 32-bit x86, would run on some kernels.
@test "the file is for another architecture" {
    start_one
    cp "$SERVER" "$APP.arm"
    printf '\267\0' | dd of="$APP.arm" bs=1 seek=18 conv=notrunc status=none
    mv "$APP.arm" "$APP"
    fails_because "exec $APP: Exec format error"
    recovers
}

@test "the script's interpreter is missing" {
    start_one
    put "$APP" <<<'#!/no/such/interpreter'
    fails_because "exec $APP: No such file or directory \\(its interpreter is missing\\)"
    recovers
}

@test "the file is a directory" {
    start_one
    rm "$APP"
    mkdir "$APP"
    fails_because "exec $APP: Permission denied"
    rmdir "$APP"
    recovers
}

@test "the directory is gone" {
    mkdir "$BATS_TEST_TMPDIR/dir"
    install_app --body one
    cd "$BATS_TEST_TMPDIR/dir"
    start_wrapped app "$APP"
    cd "$BATS_TEST_TMPDIR"
    load_start --rate 400 --expect '^(one|two)$' "http://127.0.0.1:$PORT/"
    rmdir dir
    fails_because "chdir $BATS_TEST_TMPDIR/dir: No such file or directory"
    mkdir dir
    recovers
}

@test "several broken versions in a row" {
    start_one
    for i in 1 2 3; do
        install_app --body two --fail exit:$i
        fails_because "exit status $i after.*"
        put "$APP" <<<'nonsense'
        fails_because "exec $APP: Exec format error"
        install_app --body two --fail after-bind
        fails_because 'killed by signal 11.*'
    done
    recovers
}

@test "probation: it dies some time after it was ready" {
    export GRACE_PROBATION=20s
    start_one
    install_app --body two --fail later:600000 --model prefork
    fails_because 'exit status 70 [0-9]+ ms after it was ready' time_comes
    install_app --body two
    hup_until 10 answers_with two
    load_finish
    rolled_back "$PID" 1
}

# time_comes: for what it does later, by the signal of its timer.
time_comes() {
    grace_wait 20 log_has 'generation 2 ready'
    kill -ALRM "$(main_of 2)"
}

@test "probation: who survives it is followed at once by the next" {
    export GRACE_PROBATION=500ms
    start_one
    install_app --body two
    hup_until 5 log_has 'generation 2 ready'
    hup_until 20 settled "$PID" 3
    load_finish
    number_is 'done' 2
}

# hup_often COUNT: signals at 20 ms, and more if two restarts are not over by then.
hup_often() {
    local i
    for ((i = 0; i < $1 || $(starts) < 4; i++)); do
        kill -HUP "$PID"
        ((i % 10)) || kill -HUP "$(server_pid "$PID")" || true # it may be gone by now
        read -rt 0.02 <>"$BATS_TEST_TMPDIR/nothing" || true # nobody writes: the time is the subject
    done
}

@test "100 signals at 20 ms lead to one restart after the other, and one more" {
    local begun=${EPOCHREALTIME/[.,]/} took done_count
    mkfifo "$BATS_TEST_TMPDIR/nothing"
    start_one
    install_app --body two --start-ms 300
    hup_often 100
    took=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
    grace_wait 20 settled_for_good || dump_log
    load_finish
    done_count=$(status_number "$PID" "done")
    ((done_count >= 3 && done_count <= took / 300 + 2)) || fail "$done_count restarts in $took ms"
    [[ $(generation_of "$PID") == $((done_count + 1)) ]]
    rolled_back "$PID" 0
    (($(grep -c 'one more will follow' "$LOG") <= done_count)) || fail "a line for each signal"
}

# Neither a restart goes on nor is one to follow.
settled_for_good() {
    lone_generation "$PID" && (($(grep -c retired "$LOG") == GENERATION - 1)) &&
        [[ $(grep -E '(ready in|retired|will follow)' "$LOG" | tail -n 1) == *retired ]]
}

# runs_app: the file that there is.
runs_app() {
    [[ /proc/$(server_pid "$PID")/exe -ef $APP ]]
}

@test "the file that is there now: replaced by rename, deleted, another kind" {
    cp "$SERVER" "$APP"
    start_wrapped app "$APP" --listen "127.0.0.1:$PORT" --body one
    runs_app
    load_start --rate 400 --expect '^(one|two)$' "http://127.0.0.1:$PORT/"
    put "$APP" <"$SERVER"
    run ! runs_app
    restart_and_wait "$PID"
    runs_app
    rm "$APP"
    cp "$SERVER" "$APP"
    restart_and_wait "$PID"
    runs_app
    install_app --body two
    restart_and_wait "$PID"
    answers_with two
    put "$APP" <"$SERVER"
    restart_and_wait "$PID"
    answers_with one
    load_finish
}

# releases: two versions, `current` points to the first.
releases() {
    local base=$BATS_TEST_TMPDIR
    mkdir "$base/1" "$base/2"
    APP=$base/1/app install_app --body one
    APP=$base/2/app install_app --body two
    ln -s 1 "$base/current"
}

# follows_symlink COMMAND: from where we are.
follows_symlink() {
    start_under_load "$1"
    answers_with one
    ln -s 2 "$BATS_TEST_TMPDIR/next"
    mv -T "$BATS_TEST_TMPDIR/next" "$BATS_TEST_TMPDIR/current"
    restart_and_wait "$PID"
    answers_with two
    rm -r "$BATS_TEST_TMPDIR/1"
    restart_and_wait "$PID"
    load_finish
}

@test "a symlink is switched: an absolute path through it" {
    releases
    follows_symlink "$BATS_TEST_TMPDIR/current/app"
}

@test "a symlink is switched: the working directory through it" {
    releases
    cd "$BATS_TEST_TMPDIR/current"
    follows_symlink ./app
    [[ $(readlink "/proc/$(server_pid "$PID")/cwd") == "$BATS_TEST_TMPDIR/2" ]]
    cd /
}

@test "a python script, by its #! line" {
    local body=$BATS_TEST_TMPDIR/body
    echo one >"$body"
    { echo "#!/usr/bin/env python3" && cat "$ROOT/tests/servers/asyncio_http.py"; } | put "$APP"
    start_wrapped app "$APP" "$PORT" "$body"
    load_start --rate 200 --expect '^(one|two)$' "http://127.0.0.1:$PORT/"
    put "$APP" <<<$'#!/usr/bin/python3\nraise SystemExit(4)'
    fails_because 'exit status 4 after.*'
    recovers
}

# last KEY: of the status.
last() {
    status "$PID" | "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["last"][sys.argv[1]])' "$1"
}

@test "why a restart failed is shown until the next one begins, whatever ends meanwhile" {
    install_app --body one
    start_wrapped app "$APP"
    hold_one
    load_start --rate 400 --expect '^(one|two)$' "http://127.0.0.1:$PORT/"
    hup_until 10 log_has 'generation 1 draining'
    install_app --fail exit:3
    hup_until 10 rolled_back "$PID" 1
    grace_wait 10 log_has 'generation 3 retired'
    drop 0
    grace_wait 10 settled "$PID" 2
    log_has 'generation 1 retired'
    [[ $(last event) == rolled-back ]] || fail "$(last event)"
    [[ $(last reason) == 'exit status 3 after '*' ms, before it was ready' ]] || fail "$(last reason)"
    "$GRACE" status "$PID" | grep -q '^last  .* rolled-back: exit status 3 after'
    install_app --body two
    restart_and_wait "$PID"
    [[ $(last event) == retired && $(last reason) == '' ]]
    load_finish
}
