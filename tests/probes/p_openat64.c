/* SPDX-License-Identifier: ISC */
#include <fcntl.h>

#include "opening.h"
#include "probe.h"

static int open_here(const char *path, int flags, mode_t mode)
{
    return flags & O_CREAT ? openat64(AT_FDCWD, path, flags, mode)
                           : openat64(AT_FDCWD, path, flags);
}

PROBE(openat64)
{
    opening_probe(open_here);
    TRY(openat64(77, "relative", O_RDONLY));
    TRY(openat64(77, "/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
}
