/* SPDX-License-Identifier: ISC */
#include "listener/take.h"

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "libc/real.h"
#include "listener/descriptors.h"
#include "listener/nonblock.h"
#include "listener/placeholder.h"
#include "process/connections.h"
#include "process/fdtab.h"
#include "process/queues.h"
#include "process/self.h"
#include "process/taken.h"
#include "process/waiters.h"
#include "protocol/handoff.h"

enum result { TAKEN, NOBODY, FAILED };

static uint64_t bit(int fd)
{
    return UINT64_C(1) << (unsigned)fd % 64;
}

bool take_was_told(int fd)
{
    bool was = taken_told & bit(fd);

    taken_told &= ~bit(fd);
    return was;
}

/* Where the server does not meet it; with no number left there, where it is. */
static int hide(int fd)
{
    int high = (int)real.fcntl(fd, F_DUPFD_CLOEXEC, (void *)(long)handoff_floor());

    descriptors_reused(fd);
    if (high < 0)
        return fd;
    real.close(fd);
    return high;
}

typedef int accept_call(int fd, struct sockaddr *addr, socklen_t *len, int flags);

/* Seen by the supervisor from before the kernel takes it, as in accept(). */
static enum result take_into(struct taken *t, int fd, bool told, accept_call *call)
{
    int r;

    t->len = sizeof t->peer;
    atomic_fetch_add(&self.slot->accepts, 1);
    r = call(fd, (struct sockaddr *)&t->peer, &t->len, SOCK_CLOEXEC);
    if (r < 0) {
        atomic_fetch_sub(&self.slot->accepts, 1);
        return errno == EAGAIN || errno == EINTR ? NOBODY : FAILED;
    }
    r = hide(r);
    connections_take(r, (uint32_t)time(NULL));
    taken_keep(t, fd, r, told);
    atomic_fetch_add(&self.slot->accepts, SLOT_ACCEPTED - 1);
    return TAKEN;
}

/* Where the flag can't be set for others have the listener, too, this may sleep, as the server's
 * accept() would: one that drains is to be found then. */
static enum result take_blocking(struct taken *t, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int ticket = waiters_enter(false);
    enum result r = real.poll(&p, 1, 0) > 0 ? take_into(t, fd, true, real.accept4) : NOBODY;

    waiters_leave(ticket);
    return r;
}

static enum result take(int fd, bool told)
{
    struct taken *t = taken_new();
    enum result r = FAILED;

    if (!t)
        return FAILED;
    if (queues_of(fd) >= 0)
        r = take_into(t, fd, told, queues_accept);
    if (r != TAKEN && nonblock_is_set(fd))
        r = take_into(t, fd, told, real.accept4);
    else if (r != TAKEN && told)
        r = take_blocking(t, fd);
    if (r != TAKEN)
        taken_drop(t);
    return r;
}

/* Who believes to be heard there is not served. */
static enum result take_nobody(int fd)
{
    placeholder_accept(fd);
    return NOBODY;
}

/* The handler may have taken whom we did not get: it does no more once the mark has gone. */
static bool take_shared(int fd, bool edge)
{
    enum result r;

    if (!edge && taken_tell(fd))
        r = TAKEN;
    else
        r = fdtab_kind(fd) == FD_PLACEHOLDER ? take_nobody(fd) : take(fd, true);
    if (r != FAILED)
        fdtab_set_flag(fd, FD_POLLED, false);
    return r != NOBODY || taken_tell(fd);
}

/* Marked first: when it begins to be shared the supervisor sees that this process is to be told,
 * and its handler takes for this thread, or else this thread sees that it is shared. */
bool take_found(int fd, bool edge)
{
    int saved = errno;
    bool told = true;

    if (!atomic_load_explicit(&self.slot->polls, memory_order_relaxed))
        atomic_store(&self.slot->polls, 1);
    fdtab_set_flag(fd, FD_POLLED, true);
    if (self_shares())
        told = take_shared(fd, edge);
    if (told)
        taken_told |= bit(fd);
    errno = saved;
    return told;
}

void take_forget(void)
{
    if (!nonblock_any_blocking)
        return;
    for (int fd = fdtab_next(0, FDS_SEEM_LISTENING); fd >= 0;
         fd = fdtab_next(fd + 1, FDS_SEEM_LISTENING))
        fdtab_set_flag(fd, FD_POLLED, false);
    taken_told = 0;
    taken_forget_all();
}

static bool is_outside(int fd)
{
    return (atomic_load(self_listener_flags(fdtab_index(fd))) & LISTENER_OUTSIDE) != 0;
}

static bool take_one_reported(int fd)
{
    if ((fdtab_get(fd) & (FD_POLLED | FD_NONBLOCK | FD_DATAGRAM)) != FD_POLLED || is_outside(fd) ||
        !fdtab_set_flag(fd, FD_POLLED, false))
        return false;
    nonblock_force(fd);
    return take(fd, false) == TAKEN;
}

void take_reported(void)
{
    int saved = errno;
    bool any = false;

    for (int fd = fdtab_next(0, 1 << FD_LISTENER); self_shares() && fd >= 0;
         fd = fdtab_next(fd + 1, 1 << FD_LISTENER))
        any |= take_one_reported(fd);
    if (any)
        waiters_kick();
    errno = saved;
}
