# SPDX-License-Identifier: ISC
# The bats library grace: what a test can do with it, and what it says where that fails.

# time-limit: 1200
load inner

@test "the example of the manual" {
    sed -n '/^setup() { bats_load_library/,/^}$/p' "$ROOT/docs/grace-bats.7" | sed "s/8080/$PORT/g" >inner.bats
    grep -q assert_old_gone inner.bats
    passes
    says '^ok 1 restarts without loss'
}

@test "a server that is stopped and started lets clients down: counts, status, log and table are shown" {
    inner <<'END'
plainly() {
    grace_stop
    grace_start --port $PORT -- ./server $PORT
}
TEST "plainly" {
    grace_start --port $PORT -- ./server $PORT
    with_load http://127.0.0.1:$PORT/ plainly
    assert_client_noticed
    assert_client_noticed refused
    run assert_client_noticed wrong
    [ "$status" -eq 1 ]
    refute_restart
    assert_no_client_noticed
}
END
    fails
    says '`assert_no_client_noticed. failed'
    says '^# -- clients noticed --'
    says '^# refused +: [1-9]'
    says '^# -- status of server --'
    says '^# -- log of server --'
    says '^# grace\[[0-9]+\]: generation 1 ready'
    says '^# -- grace probe --'
}

@test "a load from here to there, with its numbers" {
    inner <<'END'
TEST "from here to there" {
    run grace_load_stop
    [ "$status" -eq 1 ]
    [[ $output == *'no load goes on'* ]]
    grace_start --port $PORT -- ./server $PORT
    grace_load_start -c new=3 --version-regex 'version [0-9]+' http://127.0.0.1:$PORT/
    run grace_load_start http://127.0.0.1:$PORT/
    [ "$status" -eq 1 ]
    [[ $output == *'a load goes on'* ]]
    echo 'version 2' >version
    grace_restart
    grace_load_stop
    assert_no_client_noticed
    [ "$(grace_load_value failed)" -eq 0 ]
    [ "$(grace_load_value refused)" -eq 0 ]
    [ "$(grace_load_value answers)" -ge 9 ]
    [[ $(grace_load_value max) =~ ^[0-9]+\.[0-9]+$ ]]
    run grace_load_value none
    [ "$status" -eq 2 ]
    mapfile -t versions < <(grace_load_versions)
    [[ ${#versions[@]} -eq 2 && ${versions[0]} =~ ^[0-9]+\ version\ 1$ && ${versions[1]} =~ ^[0-9]+\ version\ 2$ ]]
    ((${versions[0]% v*} + ${versions[1]% v*} == $(grace_load_value answers)))
    grace_load_start -c new=1 --rate 20 http://127.0.0.1:$PORT/
    kill -STOP $(grace_status mains)
    grace_wait 10 eval '((++looks > 20))'
    kill -CONT $(grace_status mains)
    grace_load_stop # not before there is an answer
    assert_no_client_noticed
}
END
    passes
}

@test "a server that somebody else has started" {
    inner <<'END'
TEST "by a manager" {
    grace_background manager sh -c "grace run --name web -- ./server $PORT & wait"
    grace_wait grace_use web
    pid=$(grace_status pid)
    assert_generation 1
    run refute_log nothing
    [ "$status" -eq 1 ]
    [[ $output == *'the log of this server is not here'* ]]
    grace_restart
    assert_restart
    grace_use "$pid"
    [ "$(grace_status pid)" -eq "$pid" ]
    [ "$(grace_status name)" = "$pid" ]
    assert_generation 2
    run grace_use nobody
    [ "$status" -eq 1 ]
    [[ $output == *'no such server runs under grace here'* ]]
}
END
    passes
}

@test "a command that fails under load ends the test: what clients saw is shown, and reports are written" {
    inner <<'END'
TEST "not with run" {
    grace_start --port $PORT -- ./server $PORT
    grace_break server
    with_load -o json=kept.json http://127.0.0.1:$PORT/ grace_restart
}
END
    fails
    says 'with_load .* failed$'
    says '^# -- grace probe --'
    says '^# restart 1 .*[0-9]'
    [[ $(restarts_in kept.json) == '1 True' ]]
}

# restarts_in FILE: as the probe has seen them, each with whether it was over.
restarts_in() {
    "$PYTHON" -c 'import json, sys
for restart in json.load(open(sys.argv[1]))["restarts"]:
    print(restart["n"], restart["ok"])' "$1"
}

@test "the probe hears of each restart, when it begins and when it is over" {
    inner <<'END'
twice() {
    grace_restart
    grace_restart
}
TEST "two" {
    grace_start --port $PORT -- ./server $PORT
    with_load -o json=two.json http://127.0.0.1:$PORT/ twice
    with_load -o json=none.json http://127.0.0.1:$PORT/ true
    assert_no_client_noticed
    assert_generation 3
}
END
    passes
    [[ $(restarts_in two.json) == $'1 True\n2 True' ]]
    [[ $(restarts_in none.json) == '1 True' ]]
}

@test "nothing is measured and nothing has happened: no assertion passes" {
    inner <<'END'
each() {
    local assertion
    for assertion; do
        BATS_GRACE_TIMEOUT=1 run $assertion
        echo "$assertion: $output"
        [ "$status" -eq 1 ]
    done
}
TEST "no server" {
    each assert_no_client_noticed assert_client_noticed assert_old_gone 'assert_version 1' refute_restart \
        grace_restart grace_stop grace_status grace_log 'assert_log .' 'refute_log nothing'
}
TEST "no restart" {
    grace_start --port $PORT -- ./server $PORT
    each assert_no_client_noticed assert_client_noticed assert_old_gone assert_restart assert_rolled_back \
        'assert_generation 2' 'assert_connections 1' 'assert_log nothing' 'refute_log ready' \
        'assert_version .version.2'
    refute_restart
    assert_generation 1
    assert_connections 0
    assert_version 'version 1'
    grace_restart
    assert_restart 1
    each refute_restart 'assert_restart 2' assert_rolled_back
}
END
    passes
}

@test "a version that fails is rolled back, a new one serves, and files are what they were" {
    inner <<'END'
TEST "rollback" {
    grace_start --port $PORT -- ./server $PORT
    grace_break server
    run with_load http://127.0.0.1:$PORT/ grace_restart
    [ "$status" -eq 1 ]
    assert_no_client_noticed
    assert_rolled_back 1 'exit status 1'
    assert_log 'broken by grace_break'
    assert_version 'version 1'
    grace_mend
    grace_replace version <<<'version 2'
    with_load http://127.0.0.1:$PORT/ grace_restart
    assert_no_client_noticed
    assert_version 'version 2'
    assert_restart 1
    grace_break server
    false
}
END
    cp -p server server.before
    fails
    says '`false. failed'
    diff server server.before
    [ -x server ]
    [ "$(<version)" = 'version 1' ]
    [ -z "$(find . -name '*-test')" ]
}

@test "a wait ends when its time is up, but what the machine stood still is no time" {
    inner <<'END'
third_look_takes_long() {
    ((++seen != 3)) || sleep 5
    ((seen == 8))
}
TEST "passes" {
    grace_wait 1 third_look_takes_long
    run grace_wait 1 false
    [ "$status" -eq 1 ]
    [[ $output == *'not within 1 s'* ]]
}
END
    passes
}

@test "a server that does not start is told at once, with its status and its log" {
    inner <<'END'
TEST "ends" {
    grace_start -- sh -c 'echo no way; exit 3'
}
END
    fails
    says 'ended, with status 3'
    says '^# no way'
}

@test "a failure is well-formed JUnit, also if the server logs in colour" {
    inner <<'END'
TEST "ends" {
    grace_start -- sh -c 'printf "\033[1;31mno\033[0m\a way\n"; exit 3'
}
END
    run inner_bats --formatter junit
    echo "$output"
    [ "$status" -eq 1 ]
    says '^no way$'
    "$PYTHON" -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)' <<<"$output"
}

@test "a server is waited for by a URL or by a command" {
    inner <<'END'
TEST "both" {
    grace_start --wait-for "http://127.0.0.1:$PORT/" --name one -- ./server $PORT
    grace_start --wait-for 'test -e come' --name two -- sh -c 'touch come; exec "$@"' sh ./server $(grace_free_port)
    [ "$(grace_status name)" = two ]
    grace_use one
    [ "$(grace_status name)" = one ]
    BATS_GRACE_TIMEOUT=1 run grace_start --wait-for 'test -e never' --name three -- ./server $(grace_free_port)
    [ "$status" -eq 1 ]
    [[ $output == *'not up within 1 s'* ]]
}
END
    passes
}

@test "a restart by signal is seen, and connections of the old generation are" {
    inner <<'END'
TEST "signal" {
    grace_start --port $PORT -- ./server $PORT
    exec {held}<>/dev/tcp/127.0.0.1/$PORT
    assert_connections 1
    kill -HUP "$(grace_status pid)"
    assert_restart
    assert_connections 1 0
    BATS_GRACE_TIMEOUT=1 run assert_old_gone
    [ "$status" -eq 1 ]
    [[ $output == *'connections : 1 0'* ]]
    printf 'GET / HTTP/1.0\r\n\r\n' >&$held
    grep -q 'version 1' <&$held
    exec {held}>&-
    assert_old_gone
}
END
    passes
}

@test "tests run side by side" {
    inner <<'END'
TEST "one" {
    grace_start --port $PORT -- ./server $PORT
    touch one
    grace_wait 60 test -e two
    with_load http://127.0.0.1:$PORT/ grace_restart
    assert_no_client_noticed
    assert_restart 1
}
TEST "two" {
    port=$(grace_free_port)
    grace_start --port $port -- ./server $port
    touch two
    grace_wait 60 test -e one
    refute_restart
}
END
    passes --jobs 2
}

@test "it goes with the libraries that bats users have, and its failures look like theirs" {
    inner <<'END'
texts() {
    local name
    while read -r name; do
        declare -f "$name"
    done <before
}
setup() {
    bats_load_library bats-support
    bats_load_library bats-assert
    bats_load_library bats-file
    declare -F | sed 's/.* //' | sort >before
    texts >texts.before
    bats_load_library grace
    texts >texts.after
    declare -F | sed 's/.* //' | sort >after
}
TEST "no function of theirs is replaced" {
    grace_start --port $PORT -- ./server $PORT
    run grace_restart
    assert_success
    assert_line --partial 'generation 2 ready'
    BATS_GRACE_TIMEOUT=1 run assert_generation 7
    assert_failure
    assert_line -- '-- another generation serves --'
    assert_line --regexp '^expected +: 7$'
    grep -qx assert_line before
    diff texts.before texts.after
    run comm -13 before after
    assert_line assert_old_gone
    refute_line --regexp '^(verify|try|fail|run|assert|refute)$'
}
END
    passes
}
