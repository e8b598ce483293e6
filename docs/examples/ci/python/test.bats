# SPDX-License-Identifier: ISC
# What clients notice of a restart. The functions are those of grace-bats(7).

setup() {
    bats_load_library grace
    cd "$BATS_TEST_DIRNAME" || return
    port=${PORT:-8080}
    url=http://127.0.0.1:$port/
    mkdir -p artifacts
}

start_server() {
    grace_start --port "$port" -- python3 server.py "$port"
}

# stop_and_start: a restart as it is without grace.
stop_and_start() {
    grace_stop
    start_server
}

@test "a new version is deployed and no client notices" {
    start_server
    assert_version 'version 1'
    grace_replace server.py < <(sed 's/^VERSION = .*/VERSION = "2"/' server.py)
    with_load -o svg=artifacts/restart.svg "$url" grace_restart
    assert_no_client_noticed
    assert_version 'version 2'
    assert_old_gone
}

@test "a version that can't start is rolled back and no client notices" {
    start_server
    grace_break server.py
    run with_load -o svg=artifacts/rollback.svg "$url" grace_restart
    [ "$status" -eq 1 ]
    assert_rolled_back
    assert_no_client_noticed
    assert_version 'version 1'
}

@test "a stop and a start let clients down: the tests above can fail" {
    start_server
    with_load -o svg=artifacts/stop-and-start.svg "$url" stop_and_start
    assert_client_noticed
}
