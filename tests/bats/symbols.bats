# SPDX-License-Identifier: ISC
# What libgrace.so exports, needs and references: a drift here interposes nothing, or breaks servers.
load helper

SHIM=$BUILD/shim/libshim.a # the hooks without the supervisor, which may use all of libc

# The names of the table.
calls() {
    "${CC:-cc}" -E -P -xc -D'CALL(result,name,parameters,arguments)=@name' "$ROOT/shim/libc/calls.h" |
        sed -n 's/^@//p' | sort
}

# With their versions, if they have any.
exports() {
    nm -D --defined-only --with-symbol-versions "$LIBGRACE" | awk '{ print $3 }' | sort
}

undefined() {
    nm --undefined-only --format=posix "$SHIM" 2>/dev/null | awk 'NF == 2 { print $1 }' | sort -u |
        grep -vxFf <(nm --defined-only --format=posix "$SHIM" 2>/dev/null | awk 'NF > 2 { print $1 }')
}

# lacks REGEX: standard input does, but there is some.
lacks() {
    local text
    text=$(cat) && [[ $text ]] && ! grep -E -- "$1" <<<"$text"
}

# In signal-safety(7) of POSIX.
SAFE='_exit access chmod clock_gettime fork fstat getpeername getpid getppid getsockopt lseek lstat memchr memcmp memcpy memmove mempcpy raise
setsid sigaddset sigdelset sigemptyset sigfillset sigismember sigpending socketpair stat stpcpy stpncpy strchr strcmp strcpy strcspn strlen
strncmp strnlen strrchr time waitpid'
# Not there, but nothing around one system call.
SINGLE='clone getcwd geteuid getresgid getresuid getrlimit gettid lchown mmap munmap pread pwrite sched_yield statx tgkill'
# dladdr, dlsym, getauxval, pthread_atfork: once, in the constructor or at the first call
# fileno: before fclose() takes the number along; it reads a member
# pthread_setcancelstate, -type: a flag of the calling thread
# strerrorname_np: a table
# posix_spawnattr_*: fill in a structure
# __sigsetjmp, __pthread_*: pthread_cleanup_push(), a list on the stack
REASONED='dladdr dlsym getauxval pthread_atfork fileno pthread_setcancelstate pthread_setcanceltype strerrorname_np
posix_spawnattr_init posix_spawnattr_setflags posix_spawnattr_setsigdefault posix_spawnattr_setsigmask
__stack_chk_fail __sigsetjmp __pthread_register_cancel __pthread_unregister_cancel __pthread_unwind_next'
# __stack_chk_fail: ends the process, with a line by writev()
# The linker's, the start of a program, variables of libc, and what is in grace alone.
LINKED='_GLOBAL_OFFSET_TABLE_ _start __errno_location __libc_single_threaded environ grace_command_mark'

@test "exports are the names of the table, without versions" {
    diff <(calls) <(exports)
    (($(exports | wc -l) > 50))
}

@test "every name of the table has a row in docs/interposition.md, and no other" {
    diff <(calls) <(sed -n 's/^| \([a-zA-Z0-9_]*\) |.*p_\1\.c).*/\1/p' "$ROOT/docs/interposition.md" | sort)
}

@test "fcntl and fcntl64 are both exported" {
    exports | grep -x fcntl
    exports | grep -x fcntl64
}

@test "every name of the table exists in this libc" {
    local libc
    libc=$(ldd "$LIBGRACE" | awk '/libc\.so/ { print $3 }')
    missing=$(comm -23 <(calls) <(nm -D --defined-only "$libc" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u))
    [ -z "$missing" ] || fail "not in libc: $missing"
}

@test "only libc is needed" {
    [ "$(readelf -d "$LIBGRACE" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" = libc.so.6 ]
}

# hardened FILE
hardened() {
    local dynamic segments imports
    dynamic=$(readelf -dW "$1") segments=$(readelf -lW "$1") imports=$(nm -D --undefined-only "$1")
    [[ $(readelf -hW "$1") == *'Type: '*' DYN '* ]]
    grep -q 'BIND_NOW' <<<"$dynamic"
    lacks 'TEXTREL|RPATH|RUNPATH' <<<"$dynamic"
    grep -q 'GNU_RELRO' <<<"$segments"
    grep -qE 'GNU_STACK .* RW +0x' <<<"$segments"
    lacks 'LOAD .* RWE ' <<<"$segments"
    grep -qw '__stack_chk_fail' <<<"$imports"
    grep -qE '__[a-z]*printf_chk' <<<"$imports"
}

@test "both are hardened: bound at once, read-only afterwards, canaries, FORTIFY, no code on the stack" {
    hardened "$LIBGRACE"
    hardened "$GRACE"
}

# What the linker says of the whole needs the start files of a libc that was made for it.
@test "each object of the library is made for shadow stacks" {
    local notes
    notes=$(readelf -nW "$SHIM" 2>/dev/null)
    [ "$(grep -c '^File: ' <<<"$notes")" -gt 30 ]
    [ "$(grep -c 'x86 feature:.*SHSTK' <<<"$notes")" -eq "$(grep -c '^File: ' <<<"$notes")" ]
}

@test "the hooks reference nothing that allocates, locks, prints or loads" {
    unknown=$(undefined | grep -vxFf <(tr ' ' '\n' <<<"$SAFE $SINGLE $REASONED $LINKED")) || true
    [ -z "$unknown" ] || fail "without a stated reason: $unknown"
    [ -n "$(undefined)" ]
}

@test "no exception of the list above is left over" {
    unused=$(tr ' ' '\n' <<<"$SAFE $SINGLE $REASONED $LINKED" | grep -vxFf <(undefined)) || true
    [ -z "$unused" ] || fail "no longer referenced: $unused"
}

@test "thread-local storage is what each thread is made with" {
    nm "$SHIM" 2>/dev/null | lacks '__tls_get_addr'
    readelf -d "$LIBGRACE" | grep -q '(FLAGS).*STATIC_TLS'
    [ "$(readelf -lW "$LIBGRACE" | awk '$1 == "TLS" { print $6 }')" = 0x00000c ]
}

@test "no destructor of ours: what is unloaded later still calls us" {
    nm "$SHIM" 2>/dev/null | lacks '__cxa_atexit|\<atexit'
    readelf -SW "$SHIM" 2>/dev/null | lacks '\.fini_array|\.dtors'
}

@test "the oldest glibc it runs with is that of dlsym" {
    floor=$(objdump -T "$LIBGRACE" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1)
    echo "# glibc floor: ${floor#GLIBC_}" >&3
    [ "$(printf '%s\n' "$floor" GLIBC_2.36 | sort -V | tail -n 1)" = GLIBC_2.36 ]
}

@test "it has a name and a loader" {
    [ "$(readelf -d "$LIBGRACE" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')" = libgrace.so ]
    loader=$(readelf -lW "$LIBGRACE" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
    [ -x "$loader" ]
}

# ends_like COMMAND...: the way leads to a supervisor whose server ends with status 3 and says hello.
ends_like() {
    local line
    line=$(wait_for_end "$@" sh -c "echo \"hello \$(sed -n 's/^PPid:\t//p' /proc/self/status)\"; exit 3")
    grep -qx 'hello [0-9]*' <<<"$line" || fail "$line"
    [ "$(tail -n 1 <<<"$line")" = 3 ] || fail "$line"
}

wait_for_end() {
    local status=0
    timeout 20 "$@" || status=$?
    echo "$status"
}

@test "it runs as a program" {
    ends_like "$LIBGRACE"
    run timeout 20 "$LIBGRACE" true
    [ "$status" -eq 0 ]
    run timeout 20 "$LIBGRACE"
    [ "$status" -eq 125 ]
    [[ $output == usage:* ]]
}

@test "preloaded, it becomes the supervisor" {
    ends_like env LD_PRELOAD="$LIBGRACE"
}

@test "without the x bit it does both through the loader" {
    local copy=$BATS_TEST_TMPDIR/libgrace.so loader
    cp "$LIBGRACE" "$copy"
    chmod -x "$copy"
    ends_like env LD_PRELOAD="$copy"
    loader=$(readelf -lW "$copy" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
    ends_like "$loader" "$copy"
    run "$copy" true
    [ "$status" -eq 126 ]
}

@test "the shim is inside the server in each of these ways" {
    local copy=$BATS_TEST_TMPDIR/libgrace.so loader
    cp "$LIBGRACE" "$copy"
    chmod -x "$copy"
    loader=$(readelf -lW "$copy" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
    for way in "$LIBGRACE" "env LD_PRELOAD=$LIBGRACE" "env LD_PRELOAD=$copy" "$loader $copy"; do
        # shellcheck disable=SC2086 # a command with arguments
        run timeout 20 $way grep -c libgrace /proc/self/maps
        [ "$status" -eq 0 ] || fail "$way: $output"
    done
}
