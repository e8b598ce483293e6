/* SPDX-License-Identifier: ISC */
#include "listener/state.h"

#include "listener/nonblock.h"
#include "listener/path_state.h"
#include "listener/suspend.h"
#include "process/fdtab.h"

bool state_is_given_up(const struct address *a)
{
    return (self_attention() & ATTENTION_DRAINING) && a->type != SOCK_DGRAM &&
           page_find_member(self.page, address_key(a, 0), 0, LISTENER_KNOWN) >= 0;
}

bool state_is_member(const struct address *a)
{
    return a->reuseport && a->family != AF_UNIX;
}

/* What the generation before serves, and further members of a group that it serves. */
static bool is_suspended(int index, const struct address *a)
{
    return suspend_requested() &&
           ((atomic_load(self_listener_flags(index)) & LISTENER_ADOPTED) ||
            page_find_member(self.page, address_key(a, 0), 0, LISTENER_ADOPTED) >= 0);
}

void state_track(int fd, int index, const struct address *a, bool nonblock)
{
    bool suspended = is_suspended(index, a);

    fdtab_set_index(fd, index);
    if (suspended)
        suspend_begin();
    fdtab_set(fd,
              (uint8_t)((suspended ? FD_SUSPENDED : FD_LISTENER) | (nonblock ? FD_NONBLOCK : 0) |
                        (a->type == SOCK_DGRAM ? FD_DATAGRAM : 0)));
    if (suspended)
        suspend_settle();
    if (a->family == AF_UNIX && a->type != SOCK_DGRAM)
        atomic_fetch_or(self_listener_flags(index), LISTENER_LOCAL);
    nonblock_believed(index, nonblock);
    if (path_state_is_private(a))
        atomic_fetch_or(self_listener_flags(index), LISTENER_PRIVATE);
}
