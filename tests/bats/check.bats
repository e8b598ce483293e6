# SPDX-License-Identifier: ISC
# grace check: what it says of a program is what happens to that under grace.
# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own; bats sets output
load helper

DIR=$BATS_TEST_TMPDIR
SLEEPS=$BATS_FILE_TMPDIR/sleeps.c

setup_file() {
    printf '#include <unistd.h>\nint main(void) { pause(); }\n' >"$SLEEPS"
}

# check STATUS ARG...: grace check ends so; `output` and `lines` are what it says.
check() {
    run --separate-stderr timeout 20 "$GRACE" check "${@:2}"
    [[ $status -eq $1 && -z $stderr ]] || fail "exit code $status, not $1: $output $stderr"
}

# says REGEX: a line of what it has said.
says() {
    grep -Eq -- "$1" <<<"$output" || fail "no line is like '$1':" "$output"
}

# nothing_but_works NAME: not a finding.
nothing_but_works() {
    [[ $output == "$1: grace works for it" ]] || fail "$output"
}

# refused CODE REGEX FILE: by check, and by run with that exit status.
refused() {
    check 1 "$3"
    says "^error: .*$2"
    run -"$1" timeout 20 "$GRACE" run -- "$3"
}

# runs_unseen FILE: as check has said, it runs as without grace.
runs_unseen() {
    start unseen "$GRACE" run -- "$1"
    grace_wait 20 log_has 'does not load libgrace.so' || dump_log
}

@test "servers of Debian: grace works for them" {
    local name
    for name in nginx lighttpd haproxy node "$PYTHON" sshd; do
        check 0 "$name"
        nothing_but_works "$name"
    done
    check 0 "$SERVER" --listen "127.0.0.1:$PORT"
    nothing_but_works "$SERVER"
}

@test "what isn't there is exit code 3" {
    check 3 no-such-server
    says '^error: no-such-server is nowhere to be found; .*PATH'
    check 3 "$DIR/none"
    check 3 /etc/passwd/none
    PATH=$DIR run -3 "$GRACE" check nginx
}

@test "a bad command line is exit code 2, and one line" {
    local words
    for words in '' -- --foo '--json' '--json=3 nginx' '-x nginx'; do
        # shellcheck disable=SC2086 # words
        run --separate-stderr -2 "$GRACE" check $words
        [[ -z $output && $stderr == *"see 'grace help check'" && $stderr != *$'\n'* ]] || fail "$stderr"
    done
}

@test "the options behind the command are the command's" {
    check 0 lighttpd --json -q --nonsense
    nothing_but_works lighttpd
}

@test "what can't be executed" {
    mkdir "$DIR/folder"
    refused 126 'is a directory' "$DIR/folder"
    cp "$SERVER" "$DIR/no-x"
    chmod 644 "$DIR/no-x"
    refused 126 'may not be executed; .*chmod \+x' "$DIR/no-x"
    put "$DIR/no-interpreter" <<<'echo I am for the shell'
    refused 126 'neither .* nor .*; begin it with #!/bin/sh' "$DIR/no-interpreter"
    put "$DIR/empty" </dev/null
    refused 126 'neither' "$DIR/empty"
    mkfifo -m 755 "$DIR/fifo"
    refused 126 'may not be executed' "$DIR/fifo"
}

@test "a file in PATH without the x bit is found when there is no other one" {
    mkdir "$DIR/first" "$DIR/second"
    cp "$SERVER" "$DIR/second/served"
    install -m 644 "$SERVER" "$DIR/first/served"
    PATH=$DIR/first:$PATH check 1 served
    says "^error: $DIR/first/served may not be executed"
    PATH=$DIR/first:$DIR/second:$PATH check 0 --json served
    [[ $output == *"\"path\":\"$DIR/second/served\""* ]] || fail "$output"
}

@test "scripts: their interpreters, and what env finds" {
    PATH=/usr/bin:/bin
    put "$DIR/served" <<<'#!/usr/bin/env python3'
    check 0 "$DIR/served"
    nothing_but_works "$DIR/served"
    put "$DIR/served" <<<"#!$PYTHON -u"
    check 0 "$DIR/served"
    put "$DIR/served" <<<'#! /usr/bin/env -S LC_ALL=C python3 -u'
    check 0 "$DIR/served"
    nothing_but_works "$DIR/served"
    put "$DIR/served" <<<'#!/usr/bin/env python3 -u'
    refused 127 "doesn't find python3 -u; give env -S" "$DIR/served"
    put "$DIR/served" <<<'#!/usr/bin/env no-such-language'
    refused 127 "doesn't find no-such-language" "$DIR/served"
    put "$DIR/served" <<<'#!/no/such/language'
    refused 127 'needs the interpreter /no/such/language, which is missing' "$DIR/served"
    put "$DIR/served" <<<$'#!/bin/sh\r'
    refused 127 'needs the interpreter /bin/sh\\r, .*carriage return' "$DIR/served"
    put "$DIR/served" <<<'#!'
    refused 126 'names no interpreter' "$DIR/served"
}

@test "scripts of scripts, as deep as the kernel goes" {
    local i
    put "$DIR/0" <<<'#!/usr/bin/true'
    for i in {1..6}; do
        put "$DIR/$i" <<<"#!$DIR/$((i - 1))"
    done
    check 0 "$DIR/4"
    "$DIR/4"
    refused 126 'a script of scripts, more than 5 deep' "$DIR/5"
    refused 126 'more than 5 deep' "$DIR/6"
    put "$DIR/own" <<<"#!$DIR/own"
    refused 126 'more than 5 deep' "$DIR/own"
}

@test "of a shell it says that what that starts decides" {
    install_app
    check 0 "$APP"
    says '^warning: the shell /bin/sh is what runs, and what that starts decides; check that, too$'
    says "^$APP: grace works for it, if what the warnings say is seen to$"
    check 0 bash -c 'exec server'
    says '^warning: the shell .*/bash is what runs'
    put "$APP" <<<'#!/usr/bin/env bash'
    check 0 "$APP"
    says '^warning: the shell .*/bash is what runs'
}

@test "of env it looks at what that starts" {
    check 1 env -u HOME NAME=value "$DIR/../no-such"
    says "^error: .*/env doesn't find"
    check 0 env -u HOME NAME=value nginx
    nothing_but_works env
}

@test "static programs, which run unseen" {
    cc -static -o "$DIR/static" "$SLEEPS"
    check 1 "$DIR/static"
    says '^error: .*has no dynamic loader: it is static.*; use a dynamically linked build'
    runs_unseen "$DIR/static"
    cc -static-pie -o "$DIR/static-pie" "$SLEEPS"
    check 1 "$DIR/static-pie"
    says '^error: .*it is static'
}

@test "a Go program, also one that is linked dynamically" {
    # Real ones are in tests/daemons; what tells them is this section.
    cc -o "$DIR/go" -x c - <<'END'
__attribute__((section(".go.buildinfo"), used)) static const char info[] = "\xff Go buildinf:";
int main(void) { return 0; }
END
    check 1 "$DIR/go"
    says '^error: .*is a Go program, which makes its system calls itself; .*front end'
    strip "$DIR/go"
    check 1 "$DIR/go"
    says 'is a Go program'
}

@test "a program for musl" {
    musl-gcc -o "$DIR/musl" "$SLEEPS"
    refused 127 'linked to another C library \(musl\), by its dynamic loader /lib/ld-musl.*; use a build for glibc' "$DIR/musl"
}

@test "a dynamic loader that is missing, or not the system's" {
    cc -Wl,--dynamic-linker=/no/such/loader.so -o "$DIR/served" "$SLEEPS"
    refused 127 'needs the dynamic loader /no/such/loader.so, which is missing' "$DIR/served"
    cp "$(realpath /lib64/ld-linux-x86-64.so.2)" "$DIR/ld-linux-x86-64.so.2"
    cc -Wl,--dynamic-linker="$DIR/ld-linux-x86-64.so.2" -o "$DIR/served" "$SLEEPS"
    check 0 "$DIR/served"
    says '^warning: .*has a dynamic loader of its own.*; see that its glibc is 2.34 or later'
}

# with_byte FILE OFFSET VALUE: a copy of our server in which that byte is another one.
with_byte() {
    put "$1" <"$SERVER"
    printf %b "\\x$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "a program for another machine, of another class, or no program" {
    with_byte "$DIR/arm" 18 b7
    check 1 "$DIR/arm"
    says '^error: .*is a 64-bit program for ARM64: .*; use a build for this machine'
    with_byte "$DIR/i386" 18 03
    printf '\x01' | dd of="$DIR/i386" bs=1 seek=4 conv=notrunc status=none
    check 1 "$DIR/i386"
    says '^error: .*is a 32-bit program for i386'
    cc -c -o "$DIR/object" "$SLEEPS"
    chmod +x "$DIR/object"
    refused 126 'is an ELF file, but no program' "$DIR/object"
}

@test "setuid and setgid, for whoever starts it" {
    let_everybody_in
    cd /
    put "$DIR/served" <"$SERVER"
    chown nobody "$DIR/served"
    chmod u+s "$DIR/served"
    check 1 "$DIR/served"
    says '^error: .*is setuid, so the loader drops LD_PRELOAD; .*start it as root'
    chown root "$DIR/served"
    chmod u+s "$DIR/served"
    check 0 "$DIR/served"
    says '^warning: .*is setuid, .* where another user than this one starts it'
    run -1 "$CONFINE" --uid 54321 "$GRACE" check "$DIR/served"
    says '^error: .*is setuid'
    chmod u-s "$DIR/served"
    chgrp nogroup "$DIR/served"
    chmod g+s "$DIR/served"
    check 1 "$DIR/served"
    says '^error: .*is setgid'
}

@test "file capabilities, for whoever starts it" {
    let_everybody_in
    cd /
    put "$DIR/served" <"$SERVER"
    /sbin/setcap cap_net_bind_service=ep "$DIR/served"
    run -1 "$CONFINE" --uid 54321 "$GRACE" check "$DIR/served"
    says '^error: .*has file capabilities, so the loader drops LD_PRELOAD; .*AmbientCapabilities'
    check 0 "$DIR/served"
    says '^warning: .*has file capabilities'
    start_settled served "$GRACE" run -- "$DIR/served" --listen "127.0.0.1:$PORT" # by root
}

@test "a file that may be executed and not read" {
    let_everybody_in
    cd /
    install -m 711 "$SERVER" "$DIR/served"
    run -1 "$CONFINE" --uid 54321 "$GRACE" check "$DIR/served"
    says "^error: .*can't be looked into: Permission denied; check it as root"
}

# build_served [FLAG...]: a program that needs libouter.so, which needs libinner.so, all in $DIR.
build_served() {
    echo 'int f(void) { return 0; }' >"$DIR/f.c"
    echo 'int f(void); int main(void) { return f(); }' >"$DIR/main.c"
    cc -shared -fPIC -Wl,-soname,libinner.so -o "$DIR/libinner.so" "$DIR/f.c"
    cc -shared -fPIC -Wl,-soname,libouter.so -Wl,--no-as-needed -o "$DIR/libouter.so" "$DIR/f.c" \
        "$DIR/libinner.so"
    cc -o "$DIR/served" "$DIR/main.c" "$DIR/libouter.so" -Wl,-rpath-link,"$DIR" "$@"
}

# loads_as_said STATUS: of check, and the loader agrees.
loads_as_said() {
    check "$1" "$DIR/served"
    if (($1 == 0)); then
        nothing_but_works "$DIR/served"
        "$DIR/served"
    else
        says "^error: .*$2 needs the library $3, which is missing; install it, or .*LD_LIBRARY_PATH"
        run -127 "$DIR/served"
    fi
}

@test "shared libraries are looked for where the loader does" {
    build_served
    loads_as_said 1 served libouter.so
    LD_LIBRARY_PATH=/nonexistent:$DIR loads_as_said 0
    cd "$DIR"
    LD_LIBRARY_PATH=: loads_as_said 0
    LD_LIBRARY_PATH='' loads_as_said 1 served libouter.so
    # shellcheck disable=SC2016 # the loader's
    build_served '-Wl,-rpath,$ORIGIN/.' -Wl,--enable-new-dtags # not for what libouter.so needs
    loads_as_said 1 libouter.so libinner.so
    build_served -Wl,-rpath,"/nonexistent:$DIR" -Wl,--disable-new-dtags
    loads_as_said 0
    with_byte "$DIR/libinner.so" 18 b7
    loads_as_said 1 libouter.so libinner.so
    rm "$DIR/libinner.so"
    loads_as_said 1 libouter.so libinner.so
}

@test "io_uring is told of by its library" {
    echo 'int f(void) { return 0; }' | cc -shared -fPIC -Wl,-soname,liburing.so.2 -o "$DIR/liburing.so.2" -x c -
    cc -Wl,--no-as-needed -o "$DIR/served" "$SLEEPS" "$DIR/liburing.so.2" -Wl,-rpath,"$DIR"
    check 0 "$DIR/served"
    says "^warning: .*served needs the library liburing.so.2: .*io_uring.*; if it does that, let it use epoll"
}

@test "a server built with ASan: not by grace run, but by what the remedy says" {
    local tiny=$BUILD/tests/probes/preload/tiny-asan
    check 1 "$tiny"
    says "^error: .*libasan.so.*before libgrace.so; start it without grace run, by LD_PRELOAD=libasan.so.[0-9]*:$LIBGRACE COMMAND$"
    [[ $output =~ (LD_PRELOAD=[^ ]*) ]]
    start_settled served env "${BASH_REMATCH[1]}" "$tiny" "$PORT"
    run -1 "$GRACE" run -- "$tiny" "$PORT"
    [[ $output == *'does not come first'* ]]
}

@test "other libraries in LD_PRELOAD" {
    local other
    LD_PRELOAD=/usr/lib/authbind/libauthbind.so.1 check 0 nginx
    says '^note: .*libauthbind.so.1, which answers bind\(\), too: libgrace.so comes before it$'
    says '^nginx: grace works for it$'
    other=$BUILD/tests/probes/preload/libtranslating.so
    LD_PRELOAD=$other check 0 nginx
    says "^warning: .*bind\(\) and getsockname\(\).*; start it without grace run, by LD_PRELOAD=$other:$LIBGRACE COMMAND$"
    LD_PRELOAD=$LIBGRACE check 0 nginx
    nothing_but_works nginx
    other=$BUILD/tests/probes/preload/libcounting.so
    LD_PRELOAD="$other libm.so.6" check 0 nginx
    nothing_but_works nginx
    LD_PRELOAD=/no/such.so run -0 "$GRACE" check nginx # whose own loader complains, too
    says '^warning: LD_PRELOAD has /no/such.so, which is no library'
    other=$(printf "$other:%.0s" {1..300})
    LD_PRELOAD=$other run -0 "$GRACE" check nginx
    says "^warning: LD_PRELOAD has ${#other} characters: too many to be handed on"
}

@test "a library where LD_PRELOAD can't name it" {
    mkdir -p "$DIR/a copy/"{tools,shim}
    cp "$GRACE" "$DIR/a copy/tools"
    cp "$LIBGRACE" "$DIR/a copy/shim"
    GRACE="$DIR/a copy/tools/grace" check 1 nginx
    says '^error: .*libgrace.so has a blank or a colon in its path.*; install it elsewhere'
}

# advised NAME OPTION [ARG...]: what is known of a program that is called so.
advised() {
    cp "$SERVER" "$DIR/$1"
    check 0 "$DIR/$1" "${@:3}"
    says "^[a-z]*: .*$2"
}

@test "what is known of servers" {
    advised redis-server '--mode sequential'
    advised dnsmasq '--mode sequential'
    advised erl '--mode sequential' -sname one
    check 0 "$DIR/erl" -noshell
    nothing_but_works "$DIR/erl"
    advised hypnotoad '--pidfile PATH'
    advised starman '--pidfile PATH' --daemonize
    advised named '--ready notify'
    advised php8.2 'RTLD_DEEPBIND'
    advised postgres '--ready notify'
    says '^note: postgres locks its data: grace finds that out'
    cp "$SERVER" "$DIR/squid"
    check 1 "$DIR/squid" -f squid.conf
    says '^error: squid executes its worker .*; start it with -N$'
    check 0 "$DIR/squid" -f squid.conf -NY
    put "$DIR/hypnotoad" <<<'#!/usr/bin/perl'
    check 0 "$DIR/hypnotoad"
    says '^warning: hypnotoad looks for .*pid file'
    check 0 env X=1 redis-server
    says '^warning: redis-server'
}

@test "what is known of servers is proved by tests or said in docs/limits.md" {
    local name n=0
    while read -r name; do
        grep -rqwF -- "$name" "$ROOT/docs/limits.md" "$ROOT"/tests/daemons/*.daemon ||
            fail "who says so of $name?"
        n=$((n + 1))
    done < <(sed -n 's/^    {"\([^"]*\)",.*/\1/p' "$ROOT/tools/check_program/known.c")
    ((n >= 20)) || fail "$n names only"
}

@test "--json is one object, whatever the names are; --quiet says nothing" {
    local name=$DIR/$'bad\e[31m\xff'
    put "$name" <<<'#!/usr/bin/env nowhere'
    check 1 --json "$name" --json
    [[ $output != *$'\n'* && $output != *$'\e'* ]]
    "$PYTHON" - "$output" <<'END'
import json, sys
got = json.loads(sys.argv[1])
assert set(got) == {"command", "path", "works", "findings"}, got
assert got["works"] is False and got["path"] == got["command"] and "bad\x1b[31m\ufffd" in got["path"]
[finding] = got["findings"]
assert set(finding) == {"severity", "kind", "text", "remedy"}, finding
assert (finding["severity"], finding["kind"]) == ("error", "interpreter-missing"), finding
END
    check 1 "$name"
    [[ $output == *'\^[[31m'* && $output != *$'\e'* ]] || fail "$output"
    check 3 --json no-such-server
    [[ $output == '{"command":"no-such-server","path":"","works":false,"findings":[{'* ]] || fail "$output"
    check 0 --json nginx
    [[ $output == '{"command":"nginx","path":"'*'/nginx","works":true,"findings":[]}' ]] || fail "$output"
    for name in nginx no-such-server "$name"; do
        run "$GRACE" check -q "$name"
        [[ -z $output ]] || fail "$output"
    done
}

# Others each time.
@test "damaged files end nothing" {
    local type offset size end length
    while read -r type offset _ _ size _; do
        [[ $type != LOAD ]] || end=$((offset + size))
    done < <(readelf -lW "$SERVER")
    for length in 8000 $((end - 1)); do
        head -c "$length" "$SERVER" | put "$DIR/short"
        check 1 "$DIR/short"
        says '^error: .*is a damaged ELF file; install it anew'
    done
    head -c "$end" "$SERVER" | put "$DIR/short"
    check 0 "$DIR/short"
    run -0 "$PYTHON" - "$GRACE" "$SERVER" "$DIR/file" <<'END'
import os, random, subprocess, sys
grace, server, path = sys.argv[1:]
whole = open(server, "rb").read()
codes = set()
for _ in range(250):
    text = bytearray(whole)
    if random.random() < 0.2:
        del text[random.randrange(5, len(text)):]
    where = min(random.choice([64, 1024, len(text)]), len(text))
    for _ in range(random.randint(1, 8)):
        text[random.randrange(4, where)] = random.choice([0, 1, 0x7f, 0x80, 0xff])
    open(path, "wb").write(text)
    os.chmod(path, 0o755)
    run = subprocess.run([grace, "check", path], capture_output=True, timeout=60)
    if run.returncode not in (0, 1) or run.stderr:
        sys.exit(f"{run.returncode}: {run.stderr}, of {bytes(text[:1024]).hex()} and the rest as it was")
    codes.add(run.returncode)
assert codes == {0, 1}, codes
END
}
