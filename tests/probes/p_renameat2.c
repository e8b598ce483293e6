/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"
#include "unlinking.h"

static int call(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

PROBE(renameat2)
{
    int one, other;

    renaming_probe(call);
    one = unix_listener("one", SOCK_STREAM);
    other = unix_listener("other", SOCK_STREAM);
    TRY(renameat2(AT_FDCWD, "one", AT_FDCWD, "other", RENAME_NOREPLACE));
    TRY(renameat2(AT_FDCWD, "one", AT_FDCWD, "free", RENAME_NOREPLACE));
    TRY(renameat2(AT_FDCWD, "free", AT_FDCWD, "other", RENAME_EXCHANGE));
    TRY(renameat2(AT_FDCWD, "free", AT_FDCWD, "missing", RENAME_EXCHANGE));
    TRY(renameat2(AT_FDCWD, "free", AT_FDCWD, "one", 0x1000));
    TRY(renameat2(77, "free", AT_FDCWD, "one", 0));
    close(one);
    show_directory();
    close(other);
}
