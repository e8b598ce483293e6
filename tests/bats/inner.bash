# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154 # bats sets status and output
# Tests within a test: the bats library grace as its users have it, from an installed tree, in bats files of
# their own. Use: load inner
load "${BASH_SOURCE[0]%/*}/helper"

setup_file() {
    meson install -C "${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}" --no-rebuild \
        --destdir "$BATS_FILE_TMPDIR/destdir" >/dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    export BATS_LIB_PATH=$BATS_FILE_TMPDIR/destdir/usr/local/lib/bats:/usr/lib/bats
    export PORT SERVERS=$ROOT/tests/servers
    put server <<<"#!/bin/sh
exec $PYTHON $SERVERS/forking_http.py \"\$1\" '$PWD/version'"
    echo 'version 1' >version
}

# The processes of inner tests leave it to the library to end them.
teardown() {
    local left
    left=$(of_inner_tests)
    grace_end
    [[ -z $left ]] || { xargs kill -KILL <<<"$left" && return 1; }
}

# inner: standard input is a file of tests, without the setup() that loads the library. They begin
# with TEST, as bats would take them for tests of this file.
inner() {
    {
        echo 'setup() { bats_load_library grace; }'
        sed 's/^TEST /@test /'
    } >inner.bats
}

# passes [OPTION...] and fails: the inner tests; what bats says is in $output.
passes() {
    run inner_bats "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    says '^ok 1 '
    nothing_is_left
}

fails() {
    run inner_bats
    echo "$output"
    [ "$status" -eq 1 ]
    says '^not ok 1 '
    nothing_is_left
}

inner_bats() {
    env -u GRACE_RUNTIME_DIR -u BATS_TEST_FILTER TMPDIR="$BATS_TEST_TMPDIR" bats --formatter tap "$@" inner.bats
}

# of_inner_tests: their processes: each has a part of this directory in its environment.
of_inner_tests() {
    grep -lzs -- "^BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR/" /proc/[0-9]*/environ | cut -d / -f 3
    pgrep -f -- "$BATS_TEST_TMPDIR/version" || true
    pgrep -f -- "watcher.bash.*$BATS_TEST_TMPDIR/bats-run-" || true
}

nothing_is_left() {
    [[ -z $(of_inner_tests) ]]
}

# says REGEX: a line of $output.
says() {
    grep -Eq -- "$1" <<<"$output" || fail "nothing says $1"
}
