# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Programs that can't have the shim: our server, linked so that nothing can be preloaded, and one
# that executes another program once a file exists.

STATIC=$BATS_FILE_TMPDIR/static
WAITS=$BATS_FILE_TMPDIR/waits # FILE COMMAND...

# In setup_file.
build_static() {
    local sources
    mapfile -t sources < <(grep -L '^int main(' "$ROOT"/tests/servers/*.c | grep -v /hostile)
    cc -std=gnu11 -static -D_GNU_SOURCE -w -o "$STATIC" "${sources[@]}" \
        "$ROOT/tests/servers/main.c" 2>/dev/null
    cc -static -o "$WAITS" -x c - <<'END'
#include <unistd.h>
int main(int argc, char **argv)
{
    while (access(argv[1], F_OK) < 0)
        usleep(10000);
    return execv(argv[2], argv + 2);
}
END
}
