/* SPDX-License-Identifier: ISC */
#include <sys/file.h>

#include "locking.h"
#include "probe.h"

static int lock(int fd, bool wait)
{
    return flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
}

static int unlock(int fd)
{
    return flock(fd, LOCK_UN);
}

PROBE(flock)
{
    locking_probe(lock, unlock);
    TRY(flock(0, 0x7000));
}
