/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "locking.h"
#include "probe.h"

static int lock(int fd, bool wait)
{
    return lockf64(fd, wait ? F_LOCK : F_TLOCK, 0);
}

static int unlock(int fd)
{
    return lockf64(fd, F_ULOCK, 0);
}

PROBE(lockf64)
{
    locking_probe(lock, unlock);
    TRY(lockf64(0, 0x7000, 0));
}
