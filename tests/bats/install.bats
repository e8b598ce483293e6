# SPDX-License-Identifier: ISC
# meson install: the library, the command, the bats library and the manuals, and nothing else.

setup() {
    BUILD=${BUILD_DIR:-$BATS_TEST_DIRNAME/../../build}
    meson install -C "$BUILD" --no-rebuild --destdir "$BATS_TEST_TMPDIR/destdir" >/dev/null
    cd "$BATS_TEST_TMPDIR/destdir" || return
}

installed() {
    find . -type f -name "$1"
}

@test "everything is installed that belongs to grace, and nothing else" {
    run bash -c 'find . -path ./usr/local/lib/bats/grace -prune -o -type f -printf "%f\n" | sort | tr "\n" " "'
    [ "$output" = '_grace grace grace grace-bats.7 grace-probe.1 grace.1 grace.fish grace.pc libgrace.7 libgrace.so ' ]
}

@test "shells find what they complete" {
    [ -f usr/local/share/bash-completion/completions/grace ]
    [ -f usr/local/share/fish/vendor_completions.d/grace.fish ]
    [ -f usr/local/share/zsh/site-functions/_grace ]
}

@test "pkg-config says where the library is, and the bats library" {
    export PKG_CONFIG_LIBDIR=$PWD/usr/local/share/pkgconfig
    [ -f ".$(pkg-config --variable=libgrace grace)" ]
    [ -f ".$(pkg-config --variable=batslibdir grace)/grace/load.bash" ]
    [ -z "$(pkg-config --libs --cflags grace)" ]
}

@test "the bats library is installed whole" {
    run diff -r --exclude=meson.build --exclude=README.md "$BATS_TEST_DIRNAME/../../tools/bats" usr/local/lib/bats/grace
    [ "$status" -eq 0 ]
}

@test "the manuals are where man looks for them" {
    [[ $(installed grace.1) == */share/man/man1/grace.1 ]]
    [[ $(installed grace-probe.1) == */share/man/man1/grace-probe.1 ]]
    [[ $(installed libgrace.7) == */share/man/man7/libgrace.7 ]]
}

@test "it is where the documents say, unless told otherwise" {
    local documented
    cd "$BATS_TEST_DIRNAME/../.."
    run bash -c "grep -oh '/[a-z/]*/libgrace\.so' README.md docs/*.[17] | grep -v '^/path/' | sort -u"
    documented=$output
    run meson introspect meson.build --buildoptions
    [[ $output =~ \"name\":\ \"prefix\",\ \"value\":\ \"([^\"]*)\" ]]
    documented=${documented#"${BASH_REMATCH[1]}"}
    [[ $output =~ \"name\":\ \"libdir\",\ \"value\":\ \"([^\"]*)\" ]]
    [ "$documented" = "/${BASH_REMATCH[1]}/libgrace.so" ]
}

@test "the library is a program too" {
    [ -x "$(installed libgrace.so)" ]
}

@test "no path of the build tree is left to be searched for libraries" {
    run readelf -d "$(installed libgrace.so)" usr/local/bin/grace
    [ "$status" -eq 0 ]
    [[ $output != *R*PATH* ]]
}
