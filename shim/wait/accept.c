/* SPDX-License-Identifier: ISC */
#include "wait/accept.h"

#include <errno.h>
#include <fcntl.h>

#include "libc/real.h"
#include "listener/listening.h"
#include "listener/nonblock.h"
#include "listener/placeholder.h"
#include "listener/suspend.h"
#include "process/guest.h"
#include "process/timeouts.h"
#include "process/waiters.h"
#include "wait/blocking.h"
#include "wait/timing.h"

/* Who was there has been taken by others, or is left to them. */
static int accept_polled(int fd)
{
    fdtab_set_flag(fd, FD_POLLED, false);
    errno = ECONNABORTED;
    return -1;
}

/*
 * The server believes fd to be blocking and the kernel said EAGAIN: O_NONBLOCK is set for the
 * time of an overlap, or fd is a placeholder or suspended.  0: try again; -1: errno is the answer.
 */
static int accept_blocked(int fd, struct timing *t)
{
    long flags;

    if (fdtab_kind(fd) == FD_PLACEHOLDER && (fdtab_get(fd) & FD_POLLED))
        return accept_polled(fd);
    if (blocking_is_silent(fd))
        return blocking_wait(fd, t);
    flags = real.fcntl(fd, F_GETFL, NULL);
    if (!(flags & O_NONBLOCK)) { /* SO_RCVTIMEO, or an overlap that has just ended */
        errno = EAGAIN;
        return t->endless ? 0 : -1;
    }
    if (!(self_attention() & ATTENTION_OVERLAP)) {
        nonblock_set(fd, true); /* set behind our back, by a vfork child */
        errno = EAGAIN;
        return -1;
    }
    if (fdtab_get(fd) & FD_POLLED)
        return accept_polled(fd);
    return blocking_wait(fd, t);
}

static int accept_now(int fd, struct sockaddr *addr, socklen_t *len, int flags, accept_call *call)
{
    switch (fdtab_kind(fd)) {
    case FD_PLACEHOLDER:
        return placeholder_accept(fd);
    case FD_SUSPENDED:
        errno = EAGAIN;
        return -1;
    default:
        return accept_counted(fd, addr, len, flags, call);
    }
}

/* With SO_RCVTIMEO the kernel does not restart the call after our signals either. */
static bool accept_goes_on(int fd, struct timing *t)
{
    struct timespec limit;

    return errno == EAGAIN || (timing_again(t, -1) && timeouts_get(fd, &limit));
}

static int accept_later(int fd, struct sockaddr *addr, socklen_t *len, int flags, accept_call *call)
{
    struct timing t;
    int r;

    timing_begin_receiving(&t, fd);
    do {
        if (accept_blocked(fd, &t) < 0)
            return -1;
        r = accept_now(fd, addr, len, flags, call);
    } while (r < 0 && accept_goes_on(fd, &t));
    return r;
}

static UNGUARDED int accept_blocking(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                     accept_call *call)
{
    int ticket = waiters_enter(false);
    struct timing t;
    int r;

    timing_begin(&t, NULL);
    r = accept_now(fd, addr, len, flags, call);
    if (r < 0 && accept_goes_on(fd, &t))
        r = accept_later(fd, addr, len, flags, call);
    if (r >= 0)
        fdtab_set_flag(fd, FD_POLLED, false);
    waiters_leave(ticket);
    return r;
}

static int accept_unknown(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                          accept_call *call)
{
    bool transient = fdtab_kind(fd) == FD_TRANSIENT;
    int r;

    if (!transient && listening_discover(fd))
        return accept_any(fd, addr, len, flags, call);
    r = accept_counted(fd, addr, len, flags, call);
    if (transient && r >= 0 && !guest_is_running())
        listening_accepted(fd);
    return r;
}

UNGUARDED int accept_any(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                         accept_call *call)
{
    uint8_t known = fdtab_get(fd);

    if (!fdtab_is(fd, FDS_SEEM_LISTENING))
        return accept_unknown(fd, addr, len, flags, call);
    if (!(known & FD_WAITED))
        listening_waited(fd);
    return known & FD_NONBLOCK ? accept_now(fd, addr, len, flags, call)
                               : accept_blocking(fd, addr, len, flags, call);
}
