# SPDX-License-Identifier: ISC
# tests/run itself: a runner that misses a failure makes every other test worthless.

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    fake=$BATS_TEST_TMPDIR/fake
}

# fake_test: a test file with the lines of stdin
fake_test() {
    { echo '#!/bin/bash' && cat; } >"$fake"
    chmod +x "$fake"
}

# sums_up STATUS SUMMARY [TEST...]: tests/run ends so, with that as its last line.
sums_up() {
    run tests/run "${3-$fake}" "${@:4}"
    [[ $status == "$1" && ${lines[-1]} == "$2" ]]
}

@test "results are summed up" {
    fake_test <<<'echo "ok 1 - a"; echo "ok 2 - b"; echo 1..2'
    sums_up 0 '2 passed, 0 failed'
}

@test "a failure is shown with its output" {
    fake_test <<<'echo 1..2; echo "not ok 1 - it works"; echo "# got 3"; echo "ok 2 - b"'
    sums_up 1 '1 passed, 1 failed'
    [[ $output == *'fake: not ok 1 - it works'*'# got 3'* ]]
}

@test "a skipped test is a failure" {
    fake_test <<<'echo 1..1; echo "ok 1 - b # skip no such daemon"'
    sums_up 1 '0 passed, 1 failed'
}

@test "fewer tests than planned are a failure" {
    fake_test <<<'echo 1..3; echo "ok 1 - a"'
    sums_up 1 '1 passed, 1 failed'
    [[ $output == *'planned 3 tests, but 1 ran'* ]]
}

@test "no plan is a failure" {
    fake_test <<<'echo "ok 1 - a"'
    sums_up 1 '1 passed, 1 failed'
}

@test "no result is a failure" {
    fake_test <<<'echo hello'
    sums_up 1 '0 passed, 1 failed'
}

@test "an exit status without a failed test is a failure" {
    fake_test <<<'echo 1..1; echo "ok 1 - a"; echo complaint >&2; exit 3'
    sums_up 1 '1 passed, 1 failed'
    [[ $output == *'exit status 3'*'complaint'* ]]
}

@test "of a long product a suite runs a sample, other tests in time" {
    local commit i
    {
        echo '# sample: 3'
        for i in {1..9}; do
            printf '@test "a test: [%d] (+ 1.0 | $)" { echo %d >>"%s.ran"; }\n' "$i" "$i" "$fake"
        done
    } >"$fake.bats"
    sums_up 0 '3 passed, 0 failed' "$fake.bats+sample"
    sums_up 0 '9 passed, 0 failed' "$fake.bats"
    mkdir "$BATS_TEST_TMPDIR/tree"
    cp tests/sample "$BATS_TEST_TMPDIR/tree"
    for commit in {1..9}; do
        git -C "$BATS_TEST_TMPDIR/tree" init -q
        git -C "$BATS_TEST_TMPDIR/tree" -c user.name=x -c user.email=x commit -q --allow-empty -m "$commit"
        seq 9 | "$BATS_TEST_TMPDIR/tree/sample" 3 | tee "$fake.$commit"
        [ "$(wc -l <"$fake.$commit")" = 3 ]
    done
    [ "$(cat "$fake".[1-9] | sort -u | wc -l)" -gt 3 ]
}

@test "a bats file that does not parse is a failure" {
    printf '@test "x" {\n  if\n}\n' >"$fake.bats"
    run tests/run "$fake.bats"
    [ "$status" -eq 1 ]
    [[ ${lines[-1]} == '0 passed, '* ]]
}

@test "the time limit is a failure" {
    fake_test <<<'echo "ok 1 - a"; read -r _ <> <(:); echo 1..1'
    TEST_TIMEOUT=0.2 run tests/run "$fake"
    [ "$status" -eq 1 ]
    [[ $output == *'the time limit of 0.2 s is over'* ]]
}

@test "a file may name its own time limit" {
    fake_test <<<$'# time-limit: 1\necho "ok 1 - a"; read -r _ <> <(:); echo 1..1'
    run tests/run "$fake"
    [[ $output == *'the time limit of 1 s is over'* ]]
}

@test "a process left behind is killed and is a failure" {
    # As a daemon does it: own session, orphaned, no environment to know it by.
    fake_test <<<"echo 'ok 1 - a'; echo 1..1
        (setsid env -i sh -c 'echo \$\$ >$fake.pid; exec tail -f /dev/null' >/dev/null 2>&1 &)
        until grep -qs ^tail /proc/\$(cat $fake.pid)/cmdline; do :; done"
    sums_up 1 '1 passed, 1 failed'
    [[ $output == *"left behind: process $(cat "$fake.pid"): tail -f /dev/null"* ]]
    [ ! -e "/proc/$(cat "$fake.pid")" ]
}

@test "a name that stands for no test is a failure" {
    sums_up 1 '0 passed, 1 failed' no-such-test
}

@test "the caller's settings of grace do not reach the tests" {
    # shellcheck disable=SC2016 # for the script
    fake_test <<<'echo 1..1; [ -z "${LD_PRELOAD-}${GRACE_MODE-}" ] && echo "ok 1 - a"'
    GRACE_MODE=sequential LD_PRELOAD='' sums_up 0 '1 passed, 0 failed'
}

@test "an interrupted run takes its tests along" {
    fake_test <<<"echo \$\$ >$fake.pid; tail -f /dev/null"
    local -A ends=([TERM]=130 [KILL]=137)
    for signal in "${!ends[@]}"; do
        rm -f "$fake.pid"
        tests/run "$fake" 3>&- &
        run_pid=$!
        until [ -s "$fake.pid" ]; do :; done
        kill -"$signal" $run_pid
        wait $run_pid || [ $? -eq "${ends[$signal]}" ]
        timeout 10 tail --pid="$(cat "$fake.pid")" -f /dev/null
    done
}

@test "the caller's shell does not decide what is tested" {
    fake_test <<'END'
echo 1..1
[[ $(umask) == 0022 && $LC_ALL == C.UTF-8 ]] &&
    [[ $(compgen -e | grep -i 'grace\|proxy\|preload') == BATS_GRACE_PORTS ]] ||
    printf 'not '
echo 'ok 1 - all is as always'
END
    umask 077
    export LC_ALL=C http_proxy=http://127.0.0.1:1 ALL_PROXY=socks://127.0.0.1:1 GRACE_SETTLE=1m \
        BATS_GRACE_TIMEOUT=1
    sums_up 0 '1 passed, 0 failed'
}

@test "no two tests of a run get the same port" {
    # shellcheck disable=SC2016 # for those tests to expand
    printf 'load "%s/helper"\n@test "x" {\n for i in {1..300}; do grace_free_port; done >"%s.$BASHPID"\n}\n' \
        "$BATS_TEST_DIRNAME" "$fake.ports" | tee "$fake.1.bats" >"$fake.2.bats"
    sums_up 0 '2 passed, 0 failed' "$fake.1.bats" "$fake.2.bats"
    [ "$(cat "$fake.ports".* | sort -u | wc -l)" = 600 ]
}

@test "a number that is another test's process by now is left alone" {
    local stranger status=0
    tail -f /dev/null 3>&- &
    stranger=$!
    # shellcheck disable=SC2016 # for that test to expand
    printf 'load "%s/helper"\n@test "x" {\n start one true\n echo process %s:1 >>"$BATS_TEST_TMPDIR/grace/started"\n}\n' \
        "$BATS_TEST_DIRNAME" "$stranger" >"$fake.bats"
    sums_up 0 '1 passed, 0 failed' "$fake.bats"
    kill "$stranger"
    wait "$stranger" || status=$?
    [ "$status" = 143 ]
}

# foreign PATTERN: CPython's test_fcntl with a library under which flock() fails, compared.
foreign() {
    mkdir -p "$BATS_TEST_TMPDIR/shim"
    cc -shared -fPIC -o "$BATS_TEST_TMPDIR/shim/libgrace.so" -x c - \
        <<<'int flock(int fd, int op) { (void)fd; (void)op; return -1; }'
    output=$(BUILD_DIR=$BATS_TEST_TMPDIR tests/foreign/compare test_fcntl "$1" 2>/dev/null)
}

@test "one of CPython's tests that ends otherwise with the library is a failure" {
    foreign '*test_lockf_exclusive'
    [[ $output == 'ok 1 - '*$'\n1..1' ]]
    foreign '*test_flock'
    [[ $output == 'not ok 1 - '*TestFcntl.test_flock*"without: {'passed': 5}, with: {'error': 5}"*$'\n1..1' ]]
}
