# SPDX-License-Identifier: ISC
# The environment of a wrapped server, and of what it runs, is that without us.
# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
load helper

fetch() {
    "$PYTHON" -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode())' \
        "http://127.0.0.1:$PORT$1"
}

# same_environment COMMAND...: with and without libgrace, entry by entry and in the same order.
same_environment() {
    local plain=(env -i A=1 PATH="$PATH" 'B=two words' GRACEFUL=yes C=) all
    all=(GRACE_RUNTIME_DIR="$GRACE_RUNTIME_DIR" GRACE_SIGNAL=USR1 GRACE_READY=auto
        GRACE_READY_TIMEOUT=9s GRACE_SETTLE=1s GRACE_PROBATION=0 GRACE_DRAIN_TIMEOUT=9s
        GRACE_DRAIN_SIGNAL=QUIT GRACE_STOP_SIGNAL=TERM GRACE_STOP_TIMEOUT=9s GRACE_MAX_OLD=2 GRACE_CHILDREN=scrub
        GRACE_MODE=overlap GRACE_PIDFILE=/nowhere GRACE_NAME=it GRACE_LOG=stderr
        GRACE_LOG_LEVEL=info GRACE_UNKNOWN=)
    "${plain[@]}" "$@" >"$BATS_TEST_TMPDIR/plain"
    "${plain[@]}" LD_PRELOAD="$LIBGRACE" "${all[@]}" "$@" >"$BATS_TEST_TMPDIR/wrapped" \
        2>"$BATS_TEST_TMPDIR/wrapped.err"
    cmp "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/wrapped" ||
        fail "$(diff "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/wrapped")"
    [[ $(wc -l <"$BATS_TEST_TMPDIR/wrapped.err") == 1 ]] # about the unknown one
}

@test "the environment of a program is that without us" {
    same_environment /usr/bin/env
    same_environment /usr/bin/python3 -c 'import os; print(os.environ)'
}

@test "other preloads stay where they are" {
    local other others
    other=$(dirname "$(ldd "$SERVER" | awk '$1 == "libc.so.6" { print $3 }')")/libm.so.6
    for others in "$LIBGRACE:$other" "$other:$LIBGRACE" "$LIBGRACE $other"; do
        LD_PRELOAD=$others run --separate-stderr env
        [[ $'\n'$output$'\n' == *$'\n'"LD_PRELOAD=$other"$'\n'* ]] || fail "$others: $output"
    done
}

@test "the environment of a server is the same in each generation, of its children too" {
    start_noting
    fetch /env | sort >"$BATS_TEST_TMPDIR/1"
    restart_and_wait "$PID"
    fetch /env | sort >"$BATS_TEST_TMPDIR/2"
    cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
    ! grep -E '^(GRACE_|LD_PRELOAD)' "$BATS_TEST_TMPDIR/2" || false
    fetch /children | sort >"$BATS_TEST_TMPDIR/children"
    diff "$BATS_TEST_TMPDIR/2" "$BATS_TEST_TMPDIR/children"
    [[ $(fetch /maps) != *libgrace.so* ]]
}

@test "GRACE_CHILDREN=keep: what the server runs has the library too" {
    export GRACE_CHILDREN=keep
    start_noting
    [[ $(fetch /env) != *LD_PRELOAD* ]]
    restart_and_wait "$PID"
    ! fetch /children | grep '^GRACE_' || false
    [[ $(fetch /maps) == *libgrace.so* ]]
}

# What two threads in system() at once do to each other.
overlapping() {
    start_wrapped commanding "$PYTHON" "$ROOT/tests/servers/commanding.py" "$PORT"
    [[ $(fetch /) == "$1" ]] || fail "$(fetch /)"
}

UNHARMED='environ kept, signals kept, interrupts ignored True'

@test "two threads in system() at once, before it serves and then" {
    overlapping "$UNHARMED"$'\n'"$UNHARMED"
}

@test "the same with GRACE_CHILDREN=keep" {
    export GRACE_CHILDREN=keep
    overlapping "$UNHARMED"$'\n'"$UNHARMED"
}

@test "threads that start programs at once: each of these is part of the server" {
    run -0 env LD_PRELOAD="$LIBGRACE" GRACE_LOG_LEVEL=error "$PYTHON" -c 'import os, threading
def start():
    for _ in range(200): os.system("exec true")
threads = [threading.Thread(target=start) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()'
    [[ $output == "" ]] || fail "$(sort <<<"$output" | uniq -c)"
}

# started_by EXPRESSION: of a script in Python, whose first argument is the command.
started_by() {
    start_wrapped script "$PYTHON" -c "import ctypes, os, sys; $1" \
        "exec '$SERVER' --listen 127.0.0.1:$PORT"
    restart_under_load 1 --rate 200 "http://127.0.0.1:$PORT/"
}

@test "a program that starts the server by system()" { started_by 'os.system(sys.argv[1])'; }

POPEN='libc = ctypes.CDLL(None); libc.popen.restype = ctypes.c_void_p
libc.pclose(ctypes.c_void_p(libc.popen(sys.argv[1].encode(), b"w")))'

@test "a program that starts the server by popen()" { started_by "$POPEN"; }

@test "the path of the library may have quotes in it" {
    mkdir -p "$BATS_TEST_TMPDIR/it's"
    cp "$LIBGRACE" "$BATS_TEST_TMPDIR/it's/"
    LIBGRACE=$BATS_TEST_TMPDIR/it\'s/libgrace.so
    started_by "$POPEN"
}

SHALLOW=$BUILD/tests/tools/shallow

# little_stack ENTRIES CALL...: a few kB more than without, in an environment of so many entries, and
# enough where a thread has the least.
little_stack() {
    local many name bytes
    many=$(seq -f 'SERVICE_%g=10.0.0.1' "$1")
    mapfile -t many <<<"$many"
    env "${many[@]}" "$SHALLOW" "${@:2}" >"$BATS_TEST_TMPDIR/plain"
    env "${many[@]}" LD_PRELOAD="$LIBGRACE" "$SHALLOW" "${@:2}" >"$BATS_TEST_TMPDIR/wrapped"
    paste "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/wrapped" >&2
    while read -r name bytes; do
        (($(sed -n "s/^$name //p" "$BATS_TEST_TMPDIR/wrapped") <= bytes + 4096))
    done <"$BATS_TEST_TMPDIR/plain"
}

@test "to start a program takes hardly more of the stack" {
    little_stack 50
}

@test "nor does it where the environment is large" {
    little_stack 1500 popen system posix_spawn execve execlp
}

@test "nor where the path of the library is long" {
    local directory
    directory=$BATS_TEST_TMPDIR/$(printf '%200s' '' | tr ' ' x)
    mkdir -p "$directory/$(printf '%200s' '' | tr ' ' "'")"
    cp "$LIBGRACE" "$directory"/*/
    LIBGRACE=$(echo "$directory"/*/libgrace.so)
    little_stack 50
}
