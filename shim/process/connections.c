/* SPDX-License-Identifier: ISC */
#include "process/connections.h"

#include "listener/listener.h"
#include "process/self.h"

uint32_t connections_ages[FDTAB_SIZE];

bool connections_displace(int fd, uint8_t was)
{
    if ((was & FD_KIND) == FD_LISTENER || (was & FD_KIND) == FD_SUSPENDED)
        listener_closed(fdtab_index(fd));
    return (was & FD_KIND) != FD_CONNECTION;
}

void connections_copied(int fd, int from)
{
    if (fdtab_reaches(fd))
        connections_enter(fd, (unsigned)from < FDTAB_SIZE ? connections_ages[from] : 0);
}

int connections_close_and_ring(int fd)
{
    int r = real.close(fd);

    self_ring();
    return r;
}

/* A close in progress also looks like one that was never done: only what stays counts. */
void connections_recount(void)
{
    static int32_t excess;
    int32_t counted = atomic_load(&self.slot->connections);
    int32_t known = (int32_t)fdtab_count(FD_CONNECTION);
    int32_t now = counted - known;

    if (now != 0 && now == excess)
        atomic_compare_exchange_strong(&self.slot->connections, &counted, known);
    excess = now;
}
