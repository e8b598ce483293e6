/* SPDX-License-Identifier: ISC */
#include <fcntl.h>

#include "opening.h"
#include "probe.h"

static int open_here(const char *path, int flags, mode_t mode)
{
    return flags & O_CREAT ? open64(path, flags, mode) : open64(path, flags);
}

PROBE(open64)
{
    opening_probe(open_here);
}
