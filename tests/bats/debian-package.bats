# SPDX-License-Identifier: ISC
# tools/package-debian: packages that lintian has nothing to say about, and what is in them works.
load helper

setup_file() {
    "$ROOT/tools/package-debian" "$BATS_FILE_TMPDIR"
}

setup() {
    local package
    UNPACKED=$BATS_TEST_TMPDIR/unpacked
    for package in "$BATS_FILE_TMPDIR"/*.deb; do
        dpkg-deb --extract "$package" "$UNPACKED"
    done
}

# has PACKAGE PATH...: they are in it.
has() {
    local path contents
    contents=$(dpkg-deb --contents "$BATS_FILE_TMPDIR/$1"_*.deb)
    for path in "${@:2}"; do
        [[ $contents == *" ./$path"* ]] || fail "$1 has no $path" "$contents"
    done
}

@test "each package has what belongs there" {
    local libraries
    libraries=usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
    has libgrace-preload "$libraries/grace/libgrace.so" usr/share/man/man7/libgrace.7.gz
    has grace-restart usr/bin/grace "$libraries/pkgconfig/grace.pc" usr/share/man/man1/grace{,-probe}.1.gz \
        usr/share/bash-completion/completions/grace usr/share/zsh/vendor-completions/_grace \
        usr/share/fish/vendor_completions.d/grace.fish usr/share/doc/grace-restart/examples/systemd/exec.service \
        usr/share/doc/grace-restart/README.md
    has bats-grace usr/lib/bats/grace/load.bash usr/share/man/man7/grace-bats.7.gz
}

@test "the library needs nothing but libc, the command nothing of the bats library" {
    [[ $(dpkg-deb --field "$BATS_FILE_TMPDIR"/libgrace-preload_*.deb Depends) =~ ^libc6\ \([^,]*\)$ ]]
    [[ $(dpkg-deb --field "$BATS_FILE_TMPDIR"/grace-restart_*.deb Depends) != *bats* ]]
}

@test "a server restarts with what was unpacked" {
    local grace=$UNPACKED/usr/bin/grace
    start_settled server "$grace" run -- "$SERVER" --listen "127.0.0.1:$PORT"
    grep -q "$UNPACKED/usr/lib/.*/libgrace.so" "/proc/$(server_pid "$PID")/maps"
    load_start "http://127.0.0.1:$PORT/"
    "$grace" restart server
    load_finish
}

@test "the bats library works with it" {
    # With TEST, as bats would take it for a test of this file.
    local tests="setup() { bats_load_library grace; }
TEST 'restarts' {
    grace_start --port $PORT -- '$SERVER' --listen 127.0.0.1:$PORT
    with_load http://127.0.0.1:$PORT/ grace_restart
    assert_no_client_noticed
}"
    echo "${tests/TEST /@test }" >"$BATS_TEST_TMPDIR/inner.bats"
    run -0 env -u BATS_GRACE BATS_LIB_PATH="$UNPACKED/usr/lib/bats" PATH="$UNPACKED/usr/bin:$PATH" \
        bats "$BATS_TEST_TMPDIR/inner.bats"
}
