/* SPDX-License-Identifier: ISC */
#include "park.h"

#include <sys/resource.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>

#include "fdtab.h"
#include "real.h"
#include "shim.h"

enum { PARKED = 16, PARK_TOP = 1024, PARK_ROOM = 24 };

static int *_Atomic parked[PARKED];

int park_floor(void)
{
    struct rlimit limit;
    long top = PARK_TOP;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < PARK_TOP)
        top = (long)limit.rlim_cur;
    return top > 2 * PARK_ROOM ? (int)(top - PARK_ROOM) : 3;
}

static bool park_remember(int *place)
{
    for (int i = 0; i < PARKED; i++) {
        int *none = NULL;

        if (atomic_load(&parked[i]) == place ||
            atomic_compare_exchange_strong(&parked[i], &none, place))
            return true;
    }
    return false;
}

int park_fd(int *fd)
{
    long high = real.fcntl(*fd, F_DUPFD_CLOEXEC, (void *)(long)park_floor());

    if (high < 0)
        return -errno;
    if (!park_remember(fd)) {
        real.close((int)high);
        return -ENOSPC;
    }
    real.close(*fd);
    fdtab_set((int)high, FD_OWN);
    *fd = (int)high;
    return 0;
}

void park_move(int fd)
{
    for (int i = 0; i < PARKED; i++) {
        int *place = atomic_load(&parked[i]);

        if (place && *place == fd) {
            fdtab_set(fd, FD_NONE);
            if (park_fd(place) < 0)
                *place = -1;
            return;
        }
    }
}

void park_set_cloexec(bool on)
{
    const int fds[] = {shim.control, shim.bell, shim.memory};
    int saved = errno;

    for (unsigned i = 0; i < sizeof fds / sizeof fds[0]; i++)
        real.fcntl(fds[i], F_SETFD, (void *)(long)(on ? FD_CLOEXEC : 0));
    errno = saved;
}
