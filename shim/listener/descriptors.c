/* SPDX-License-Identifier: ISC */
#include "listener/descriptors.h"

#include <linux/close_range.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "libc/real.h"
#include "listener/closed.h"
#include "listener/replace.h"
#include "listener/suspend.h"
#include "process/bound_keys.h"
#include "process/connections.h"
#include "process/epolls.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/own_fds.h"
#include "process/queues.h"
#include "process/taken.h"

/* A child that the shim has not met, of vfork() or of any clone(), does not end what its parent
 * has registered.  A connection is only counted, and a socket without a name (a proxy's to what is
 * behind it) is nothing yet, so their close does not ask for the pid. */
static bool is_registered(int fd)
{
    enum fd_kind kind = fdtab_kind(fd);

    return kind != FD_CONNECTION && (kind != FD_FRESH || bound_keys_get(fd) != 0);
}

/* The queue goes with the last number of its listener. */
static void leave_queue(int index)
{
    if (queues_end(index) < 0)
        return;
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        if (fdtab_index(fd) == index)
            return;
    queues_leave(index);
}

struct descriptors_former descriptors_closing(int fd)
{
    struct descriptors_former former = {FD_NONE, 0};
    bool registered = is_registered(fd);

    if (fdtab_get(fd) == FD_NONE || (registered ? guest_by_pid() : guest_is_running()))
        return former;
    former.index = fdtab_index(fd);
    former.known = fdtab_set(fd, FD_NONE);
    if (registered)
        bound_keys_forget(fd);
    if ((former.known & FD_KIND) == FD_GIVEN)
        listener_lock_wait();
    if (FDS_IN_EPOLLS >> (former.known & FD_KIND) & 1) {
        listener_lock_wait();
        epolls_close(fd, FDS_LISTENING >> (former.known & FD_KIND) & 1 ? former.index : -1);
        taken_forget(fd);
        leave_queue(former.index);
    }
    return former;
}

void descriptors_closed(struct descriptors_former former)
{
    enum fd_kind was = (enum fd_kind)(former.known & FD_KIND);

    if (was == FD_CONNECTION)
        connections_closed();
    else if (was == FD_LISTENER || was == FD_SUSPENDED)
        closed_note(former.index);
}

void descriptors_displaced(int fd, uint8_t was)
{
    if (taken_any())
        taken_forget(fd);
    descriptors_closed((struct descriptors_former){was, fdtab_index(fd)});
}

static void close_failed(int fd, struct descriptors_former former)
{
    if (former.known) {
        fdtab_set(fd, former.known);
        fdtab_set_index(fd, former.index);
        suspend_settle();
        replace_settle(fd);
    }
}

int descriptors_close(int fd)
{
    struct descriptors_former former;
    int r;

    if (fdtab_is(fd, FDS_HIDDEN)) {
        errno = EBADF; /* as for any number that the server has not opened */
        return -1;
    }
    former = descriptors_closing(fd);
    r = real.close(fd);
    descriptors_closed(former); /* also on EINTR and EBADF: the number is free */
    return r;
}

static unsigned next_own(unsigned first, unsigned last)
{
    int own = first <= FDTAB_SIZE ? fdtab_next((int)first, FDS_HIDDEN) : -1;

    return own >= 0 && (unsigned)own <= last ? (unsigned)own : UINT_MAX;
}

static int close_around_own(unsigned first, unsigned last, int flags)
{
    int r = 0;

    while (first <= last && r == 0) {
        unsigned own = next_own(first, last);

        if (own > first)
            r = real.close_range(first, own == UINT_MAX ? last : own - 1, flags);
        if (own == UINT_MAX)
            break;
        first = own + 1;
    }
    return r;
}

/* What is closed with a range: so many connections, and a bit for each listener. */
struct range_former {
    unsigned connections;
    uint64_t listeners[PAGE_LISTENERS / 64];
};

static void note_former(struct range_former *all, struct descriptors_former former)
{
    enum fd_kind was = (enum fd_kind)(former.known & FD_KIND);

    all->connections += was == FD_CONNECTION;
    if (was == FD_LISTENER || was == FD_SUSPENDED)
        all->listeners[former.index / 64] |= UINT64_C(1) << former.index % 64;
}

/* Takes the tracked numbers of a range out of the table. */
static void untrack(struct range_former *all, unsigned first, unsigned last)
{
    unsigned end = last < FDTAB_SIZE ? last : FDTAB_SIZE - 1;

    if (first > end || guest_is_running())
        return;
    for (int fd = fdtab_next((int)first, FDS_SERVERS); fd >= 0 && (unsigned)fd <= end;
         fd = fdtab_next(fd + 1, FDS_SERVERS))
        note_former(all, descriptors_closing(fd));
}

/* One real close of the range: a number that was closed before it is another thread's by then. */
int descriptors_close_range(unsigned first, unsigned last, int flags)
{
    struct range_former former = {0};
    int r;

    if (first > last || (flags & CLOSE_RANGE_CLOEXEC))
        return real.close_range(first, last, flags);
    untrack(&former, first, last);
    r = close_around_own(first, last, flags);
    while (former.connections-- > 0)
        connections_closed();
    for (int i = 0; i < PAGE_LISTENERS; i += 64)
        for (uint64_t bits = former.listeners[i / 64]; bits; bits &= bits - 1)
            closed_note(i + __builtin_ctzll(bits));
    return r;
}

int descriptors_copied(int from, int to)
{
    uint8_t known = fdtab_get(from);

    if (to < 0 || known == FD_NONE || guest_is_running())
        return to;
    switch (known & FD_KIND) {
    case FD_CONNECTION:
        descriptors_displaced(to, connections_copied(to, from));
        break;
    case FD_TRANSIENT:
        fdtab_set_index(to, fdtab_index(from));
        fdtab_set(to, known);
        break;
    case FD_PLACEHOLDER: /* maybe only since the copy was made */
        known = (uint8_t)((known & ~FD_KIND) | FD_LISTENER);
        /* fall through */
    case FD_LISTENER:
    case FD_SUSPENDED:
        fdtab_set_index(to, fdtab_index(from));
        fdtab_set(to, known);
        suspend_settle();
        replace_settle(to);
        break;
    default:
        break;
    }
    return to;
}

/* A dup2() that fails closes nothing, but a listener that was given up is in no epoll any more. */
static bool can_duplicate(int from, int to, int flags)
{
    return from != to && fdtab_get(to) != FD_NONE &&
           (flags == DESCRIPTORS_DUP2 || (flags & ~O_CLOEXEC) == 0) &&
           real.fcntl(from, F_GETFD, NULL) >= 0;
}

static void move_hidden(int fd)
{
    if (fdtab_kind(fd) == FD_TAKEN)
        taken_move(fd);
    else if (!queues_yield(fd))
        own_fds_move(fd);
}

int descriptors_duplicate(int from, int to, int flags)
{
    struct descriptors_former former = {FD_NONE, 0};
    bool closes = can_duplicate(from, to, flags);
    int r;

    if (closes && fdtab_is(to, FDS_HIDDEN) && !guest_is_running())
        move_hidden(to);
    else if (closes)
        former = descriptors_closing(to);
    r = flags == DESCRIPTORS_DUP2 ? real.dup2(from, to) : real.dup3(from, to, flags);
    if (r < 0) {
        close_failed(to, former);
        return r;
    }
    descriptors_closed(former);
    return from == to ? r : descriptors_copied(from, to);
}

void descriptors_reused(int fd)
{
    bound_keys_forget(fd);
    descriptors_displaced(fd, fdtab_set(fd, FD_NONE));
}

/* poll() because every seccomp filter of a server allows it; it says which are not open. */
void descriptors_verify(void)
{
    int saved = errno;

    for (int fd = fdtab_next(0, FDS_SERVERS); fd >= 0; fd = fdtab_next(fd + 1, FDS_SERVERS)) {
        struct pollfd p = {.fd = fd};

        if (real.poll(&p, 1, 0) > 0 && (p.revents & POLLNVAL))
            descriptors_reused(fd);
    }
    errno = saved;
}
