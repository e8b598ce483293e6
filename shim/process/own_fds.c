/* SPDX-License-Identifier: ISC */
#include "process/own_fds.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/self.h"

enum { PARKED = 16 };

static int *_Atomic parked[PARKED];

/* There are fewer places than that. */
static void park_remember(int *place)
{
    for (int i = 0; i < PARKED; i++) {
        int *none = NULL;

        if (atomic_load(&parked[i]) == place ||
            atomic_compare_exchange_strong(&parked[i], &none, place))
            return;
    }
}

int own_fds_raise(int fd)
{
    int high = (int)real.fcntl(fd, F_DUPFD_CLOEXEC, (void *)(long)handoff_floor());
    int error = errno;

    if (high >= 0)
        fdtab_set(high, FD_OWN);
    real.close(fd);
    return high < 0 ? -error : high;
}

int own_fds_park(int *place, int fd)
{
    int high = own_fds_raise(fd);
    int none = -1;

    if (high < 0)
        return high;
    park_remember(place);
    if (!__atomic_compare_exchange_n(place, &none, high, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        fdtab_set(high, FD_NONE);
        real.close(high);
    }
    return 0;
}

void own_fds_move(int fd)
{
    for (int i = 0; i < PARKED; i++) {
        int *place = atomic_load(&parked[i]);

        if (place && *place == fd) {
            fdtab_set(fd, FD_NONE);
            *place = -1;
            own_fds_park(place, fd);
            return;
        }
    }
    fdtab_set(fd,
              FD_NONE); /* it stands nowhere: who has it for one call looks whether it is ours */
}

bool own_fds_lend(union handoff_fds *loan)
{
    int saved = errno;
    bool lent;

    for (int i = 0; i < HANDOFF_FDS; i++)
        loan->each[i] = (int)real.fcntl(self.fds.each[i], F_DUPFD, (void *)(long)handoff_floor());
    lent = handoff_suffices(loan);
    if (!lent)
        own_fds_take_back(loan);
    errno = saved;
    return lent;
}

void own_fds_take_back(const union handoff_fds *loan)
{
    int saved = errno;

    for (int i = 0; i < HANDOFF_FDS; i++)
        if (loan->each[i] >= 0)
            real.close(loan->each[i]);
    errno = saved;
}
