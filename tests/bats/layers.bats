# SPDX-License-Identifier: ISC
# tests/layers itself: a rule that nothing can break holds nothing.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    tree=$BATS_TEST_TMPDIR/tree
    export BUILD_DIR=$tree/build
    mkdir -p "$BUILD_DIR/shim" "$tree/tests"
    "${CC:-cc}" -shared -x c /dev/null -o "$BUILD_DIR/shim/libgrace.so"
    echo '[' >"$BUILD_DIR/compile_commands.json"
}

# module PATH: a source file with the lines of stdin, compiled
module() {
    local object=${1//\//_}.o
    mkdir -p "$(dirname "$tree/$1")"
    cat >"$tree/$1"
    "${CC:-cc}" -I"$tree/shim" -I"$tree/tools" -c "$tree/$1" -o "$BUILD_DIR/$object"
    echo "{\"file\": \"../$1\", \"output\": \"$object\"}," >>"$BUILD_DIR/compile_commands.json"
}

# layers STATUS [OPTION]: sets output
layers() {
    sed -i '$s/,$/]/' "$BUILD_DIR/compile_commands.json"
    run "-$1" tests/layers "${@:2}" "$tree"
}

@test "an arrow downward is allowed, with all that is below" {
    module shim/hooks/fd.c <<<'int page_size(void); int hook(void) { return page_size(); }'
    module shim/protocol/page.c <<<'int page_size(void) { return 0; }'
    module shim/supervisor/step/drain.c <<<'int page_size(void); int drain(void) { return page_size(); }'
    layers 0
    [ -z "$output" ]
}

@test "an arrow upward is named, with what is called" {
    module shim/listener/replace.c <<<'int receive_begin(void); int replace(void) { return receive_begin(); }'
    module shim/wait/receive.c <<<'int receive_begin(void) { return 0; }'
    layers 1
    [ "$output" = 'listener/replace calls wait/receive: upward (receive_begin)' ]
}

@test "so is one that only a header shows" {
    module shim/protocol/page.c <<<''
    echo 'static inline int step_now(void) { return 0; }' >"$tree/shim/protocol/page.h"
    mkdir -p "$tree/shim/process"
    echo '#include "protocol/page.h"' >"$tree/shim/process/self.h"
    module shim/libc/real.c <<<'#include "process/self.h"'
    layers 1
    [ "$output" = 'libc/real includes process/self: upward' ]
}

@test "and one between folders of tools" {
    mkdir -p "$tree/tools/probe/report"
    echo 'enum { ROWS = 3 };' >"$tree/tools/probe/report/rows.h"
    module tools/probe/words/text.c <<<'#include "probe/report/rows.h"'
    layers 1
    [ "$output" = 'tools/probe/words/text includes tools/probe/report/rows: upward' ]
}

@test "an arrow between siblings is named" {
    module shim/wait/accept.c <<<'int system_run(void); int accept_any(void) { return system_run(); }'
    module shim/exec/system.c <<<'int system_run(void) { return 0; }'
    layers 1
    [ "$output" = 'wait/accept calls exec/system: sideways (system_run)' ]
}

@test "supervisor and tools call nothing of the shim but the protocol" {
    module shim/supervisor/step/spawn.c <<<'int own_floor(void); int spawn(void) { return own_floor(); }'
    module shim/process/own_fds.c <<<'int own_floor(void) { return 0; }'
    module tools/cmd_run.c <<<'int own_floor(void); int run(void) { return own_floor(); }'
    layers 1
    [ "${lines[0]}" = 'supervisor/step/spawn calls process/own_fds: out of its reach (own_floor)' ]
    [ "${lines[1]}" = 'tools/cmd_run calls process/own_fds: out of its reach (own_floor)' ]
}

@test "a cycle within a folder is named" {
    module shim/process/a.c <<<'int b(void); int a(void) { return b(); }'
    module shim/process/b.c <<<'int c(void); int b(void) { return c(); }'
    module shim/process/c.c <<<'int a(void); int c(void) { return a(); }'
    module shim/process/d.c <<<'int a(void); int d(void) { return a(); }'
    layers 1
    [ "${#lines[@]}" -eq 3 ]
    [ "${lines[0]}" = 'process/a is in a cycle (of process/a process/b process/c)' ]
    layers 0 --figures
    [[ $output == '4 modules, 4 arrows, 1 cycles of 3 modules, 0 arrows upward, '* ]]
}

@test "tools and shim have no name in common" {
    module shim/supervisor/front/ctl/ctl.c <<<'int ctl_close(void) { return 0; }'
    module tools/ctl.c <<<'int ctl_close(void) { return 0; }'
    layers 1
    [ "${lines[0]}" = 'ctl_close is defined twice (supervisor/front/ctl/ctl and tools/ctl)' ]
    [ "${lines[1]}" = 'tools/ctl.c has the name of a file in shim/' ]
}

@test "a source that is not compiled is not overlooked" {
    module shim/process/a.c <<<''
    echo >"$tree/shim/process/b.c"
    layers 1
    [ "$output" = 'not built: process/b' ]
}
