# SPDX-License-Identifier: ISC
# Next to other libraries, before libraries are initialised, and through whatever starts the server.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

TINY=$BUILD/tests/probes/preload/tiny
COUNTER=$BUILD/tests/probes/preload/libcounting.so

# survives COMMAND...: started as given, it restarts again and again without losing a request, with
# libgrace in it.
survives() {
    start_settled server "$@"
    restart_under_load 3 "http://127.0.0.1:$PORT/"
    ! grep -E 'without grace|ERROR: ' "$LOG" || fail 'complaints'
    has_loaded libgrace
}

# has_loaded REGEX: the server that runs now.
has_loaded() {
    grep -Eq "$1" "/proc/$(server_pid "$PID")/maps" || fail "$1 is not loaded"
}

jemalloc() {
    /sbin/ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .*=> //p' | head -n 1
}

# counted LD_PRELOAD: the other library sees every connection, too.
counted() {
    local seen accepted
    survives env COUNTING="$BATS_TEST_TMPDIR/count" LD_PRELOAD="$1" "$TINY" "$PORT"
    seen=$(stat -c %s "$BATS_TEST_TMPDIR/count")
    accepted=$(grace_load_value answers)
    ((seen >= accepted)) || fail "$seen of $accepted counted"
    has_loaded libcounting
}

@test "another library after it" { counted "$LIBGRACE:$COUNTER"; }
@test "another library before it" { counted "$COUNTER:$LIBGRACE"; }
@test "another library, separated by a space" { counted "$COUNTER $LIBGRACE"; }

# load_order: what the loader of this python has put where
load_order() {
    cat <<'EOF'
import ctypes, os

class Info(ctypes.Structure):
    _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]

@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
def show(info, size, data):
    name = os.path.basename(info.contents.name.decode())
    if name in ("libgrace.so", "libcounting.so"):
        print(name)
    return 0

ctypes.CDLL(None).dl_iterate_phdr(show, None)
EOF
}

@test "the order in LD_PRELOAD stays, through wrappers too" {
    local list wanted
    load_order >"$BATS_TEST_TMPDIR/order.py"
    for list in "$COUNTER:$LIBGRACE" "$LIBGRACE:$COUNTER"; do
        wanted=$(tr ':' '\n' <<<"$list" | sed 's/.*\///')
        run env LD_PRELOAD="$list" "$PYTHON" "$BATS_TEST_TMPDIR/order.py"
        [ "$output" = "$wanted" ] || fail "$list has become $output"
        run env LD_PRELOAD="$list" sh -c "exec '$PYTHON' '$BATS_TEST_TMPDIR/order.py'"
        [ "$output" = "$wanted" ] || fail "$list has become $output in the wrapper's program"
    done
}

# authbound COMMAND...: as a user who may bind $PORT by authbind.
authbound() {
    mount -t tmpfs -o mode=755 none /etc/authbind
    mkdir /etc/authbind/byport
    install -m 500 -o 54321 /dev/null "/etc/authbind/byport/!$PORT" # the "!": 512 to 1023
    exec "$CONFINE" --uid 54321 "$@"
}

# A program that is not root binds a port below 1024 by a helper, which has no libgrace.so.
# shellcheck disable=SC2016 # for the shells that are started
@test "authbind, whatever starts what" {
    local way
    let_everybody_in
    install -d -m 700 -o 54321 "$GRACE_RUNTIME_DIR"
    export -f authbound
    export CONFINE PORT AUTHBIND=/usr/lib/authbind/libauthbind.so.1
    for way in 'env LD_PRELOAD="$AUTHBIND:$LIBGRACE" "$@"' 'env LD_PRELOAD="$LIBGRACE:$AUTHBIND" "$@"' \
        'env LD_PRELOAD="$LIBGRACE" authbind "$@"' '"$GRACE" run -- authbind --deep "$@"' \
        'authbind --deep "$GRACE" run -- "$@"'; do
        PORT=$(privileged_port)
        echo "$way"
        start_settled server unshare --mount bash -c 'authbound "$@"' bash \
            sh -c "exec $way" sh "$TINY" "$PORT"
        restart_under_load 1 "http://127.0.0.1:$PORT/"
        has_loaded libauthbind
        stop_and_wait "$PID"
    done
}

@test "a library that translates addresses stays before it" {
    survives env LD_PRELOAD="$BUILD/tests/probes/preload/libtranslating.so:$LIBGRACE" \
        "$TINY" $((PORT - 1))
    has_loaded libtranslating
}

# What the server itself executes later must not start a supervisor of its own.
@test "a relative path and a bare name are taken out of LD_PRELOAD, too" {
    local name show
    # shellcheck disable=SC2016 # for the shell that is started
    show='echo "left: $LD_PRELOAD"'
    cd "$(dirname "$LIBGRACE")" || return
    for name in ./libgrace.so ../shim/libgrace.so libgrace.so; do
        run env LD_LIBRARY_PATH=. LD_PRELOAD="$name" sh -c "$show"
        [ "$output" = 'left: ' ] || fail "$name: $output"
        run env LD_LIBRARY_PATH=. LD_PRELOAD="$COUNTER $name" sh -c "$show"
        [ "$output" = "left: $COUNTER" ] || fail "$name: $output"
    done
}

@test "jemalloc preloaded after it" {
    survives env LD_PRELOAD="$LIBGRACE:$(jemalloc)" "$TINY" "$PORT"
    has_loaded libjemalloc
}

@test "jemalloc preloaded before it" {
    survives env LD_PRELOAD="$(jemalloc):$LIBGRACE" "$TINY" "$PORT"
    has_loaded libjemalloc
}

@test "a server linked with jemalloc" {
    survives env LD_PRELOAD="$LIBGRACE" "$TINY-jemalloc" "$PORT"
    has_loaded libjemalloc
}

@test "interposed calls in .preinit_array" {
    survives env LD_PRELOAD="$LIBGRACE" "$TINY-early" "$PORT"
}

@test "a server built with ASan, whose library comes first" {
    local asan
    asan=$(realpath "$("${CC:-cc}" -print-file-name=libasan.so)")
    survives env LD_PRELOAD="$asan:$LIBGRACE" "$TINY-asan" "$PORT"
    has_loaded libasan
}

@test "a server that writes over its environment" {
    survives env LD_PRELOAD="$LIBGRACE" "$TINY-wiped" "$PORT"
}

@test "sh -c 'exec server'" {
    survives env LD_PRELOAD="$LIBGRACE" sh -c "exec '$TINY' $PORT"
}

@test "sh -c 'server; exit': not the main process" {
    survives env LD_PRELOAD="$LIBGRACE" sh -c "'$TINY' $PORT; exit 1"
}

@test "env -i" {
    survives env LD_PRELOAD="$LIBGRACE" env -i PATH=/usr/bin:/bin "$TINY" "$PORT"
}

@test "a script that executes the server" {
    local script=$BATS_TEST_TMPDIR/script
    printf '#!/bin/bash\nexport CONFIGURED=1\nulimit -c 0\nexec "%s" "$@"\n' "$TINY" | put "$script"
    survives env LD_PRELOAD="$LIBGRACE" "$script" "$PORT"
    grep -qz CONFIGURED=1 "/proc/$(server_pid "$PID")/environ"
}

@test "python's subprocess, which closes all in a vfork child" {
    survives env LD_PRELOAD="$LIBGRACE" "$PYTHON" -c \
        'import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], close_fds=True).returncode)' \
        "$TINY" "$PORT"
}

@test "python's subprocess with an environment of its own" {
    survives env LD_PRELOAD="$LIBGRACE" "$PYTHON" -c \
        'import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:], env={"A": "b"}).returncode)' \
        "$TINY" "$PORT"
}

@test "started by its loader" {
    local loader
    loader=$(readelf -lW "$TINY" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
    survives env LD_PRELOAD="$LIBGRACE" "$loader" "$TINY" "$PORT"
}

# As a service manager starts it, with the environment of the unit.
@test "grace itself is no server, whatever environment it is started in" {
    export GRACE_NAME=web
    start_server
    run env LD_PRELOAD="$LIBGRACE" "$GRACE" restart web
    [[ $status -eq 0 && $output == *'generation 2 ready'* ]] || fail "$output"
    grace_wait 10 settled "$PID" 2
}

@test "what grace starts is none of the server it was started by" {
    local seen=$BATS_TEST_TMPDIR/seen
    start_server
    run env LD_PRELOAD="$LIBGRACE:$COUNTER" COUNTING=/dev/null "$GRACE" probe -q \
        --restart-command "cat /proc/self/maps >$seen" "http://127.0.0.1:$PORT/"
    [[ $status -eq 0 ]] || fail "$output"
    grep -q libcounting "$seen"
    run -1 grep libgrace "$seen"
}
