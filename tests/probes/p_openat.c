/* SPDX-License-Identifier: ISC */
#include <fcntl.h>

#include "opening.h"
#include "probe.h"

static int open_here(const char *path, int flags, mode_t mode)
{
    return flags & O_CREAT ? openat(AT_FDCWD, path, flags, mode) : openat(AT_FDCWD, path, flags);
}

PROBE(openat)
{
    opening_probe(open_here);
    TRY(openat(77, "relative", O_RDONLY));
    TRY(openat(77, "/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
}
