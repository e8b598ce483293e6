/* SPDX-License-Identifier: ISC */
#include "listener/state.h"

#include <fcntl.h>

#include "libc/real.h"
#include "listener/suspend.h"
#include "listener/transient.h"
#include "process/fdtab.h"

bool state_any_blocking;

bool state_is_given_up(const struct address *a)
{
    return (self_attention() & ATTENTION_DRAINING) && a->type != SOCK_DGRAM &&
           page_find_member(self.page, address_key(a, 0), 0, LISTENER_KNOWN) >= 0;
}

bool state_is_member(const struct address *a)
{
    return a->reuseport && a->family != AF_UNIX;
}

bool state_has_nonblock(int fd)
{
    return (real.fcntl(fd, F_GETFL, NULL) & O_NONBLOCK) != 0;
}

static void set_nonblock(int fd, bool on)
{
    long flags = real.fcntl(fd, F_GETFL, NULL);

    if (flags >= 0 && ((flags & O_NONBLOCK) != 0) != on)
        real.fcntl(fd, F_SETFL, (void *)(flags ^ O_NONBLOCK));
}

/* The wait calls have to mark what they report from now on. */
static void note_blocking(void)
{
    static const _Atomic uint32_t always = 1;

    state_any_blocking = true;
    self.slow = &always;
}

static void note_nonblock(int index, bool on)
{
    _Atomic uint32_t *flags = state_flags(index);

    if (on)
        atomic_fetch_or(flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (!on)
        note_blocking();
}

/* What the generation before serves, and further members of a group that it serves. */
static bool is_suspended(int index, const struct address *a)
{
    return suspend_requested() &&
           ((atomic_load(state_flags(index)) & LISTENER_ADOPTED) ||
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
    note_nonblock(index, nonblock);
}

void state_apply_nonblock(int fd, bool nonblock)
{
    if (nonblock || !self_shares())
        set_nonblock(fd, nonblock);
}

void state_set_nonblock(int fd, bool on)
{
    fdtab_set_flag(fd, FD_NONBLOCK, on);
    if (!fdtab_is(fd, FDS_LISTENING) ||
        (suspend_applies(fd) && (self_attention() & ATTENTION_DRAINING)))
        return;
    note_nonblock(fdtab_index(fd), on);
    state_apply_nonblock(fd, on);
}

void state_closed(int index)
{
    _Atomic uint32_t *flags = state_flags(index);

    if (atomic_load(flags) & LISTENER_CLOSED)
        return;
    transient_end(index);
    atomic_fetch_or(flags, LISTENER_CLOSED);
    self_ring();
}
