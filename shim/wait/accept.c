/* SPDX-License-Identifier: ISC */
#include "wait/accept.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libc/real.h"
#include "listener/listening.h"
#include "listener/nonblock.h"
#include "listener/peers.h"
#include "listener/placeholder.h"
#include "listener/suspend.h"
#include "listener/take.h"
#include "process/guest.h"
#include "process/queues.h"
#include "process/taken.h"
#include "process/timeouts.h"
#include "process/waiters.h"
#include "wait/blocking.h"
#include "wait/left.h"
#include "wait/timing.h"

/*
 * The server believes fd to be blocking and the kernel said EAGAIN: O_NONBLOCK is set for the
 * time of an overlap, or fd is a placeholder or suspended.  0: try again; -1: errno is the answer.
 */
static int accept_blocked(int fd, struct timing *t)
{
    bool shared = self_shares(); /* asked first: when an overlap ends that is said last */

    if (blocking_is_silent(fd))
        return blocking_wait(fd, t);
    if (!nonblock_is_set(fd)) { /* SO_RCVTIMEO, or an overlap that has just ended */
        errno = EAGAIN;
        return t->endless ? 0 : -1;
    }
    if (!shared && !self_shares()) {
        nonblock_set(fd, true); /* set behind our back, by a vfork child */
        errno = EAGAIN;
        return -1;
    }
    return blocking_wait(fd, t);
}

/* As the kernel does it: EFAULT costs the connection.  Of one that was reset, and in a sandbox that
 * forbids to ask, it is what accept() said. */
static int tell_peer(const struct taken *t, struct sockaddr *addr, socklen_t *len)
{
    int r = addr ? getpeername(t->fd, addr, len) : 0;

    if (r == 0 || errno == EFAULT || errno == EINVAL)
        return r;
    memcpy(addr, &t->peer, *len < t->len ? *len : t->len);
    *len = t->len;
    return 0;
}

/* The lowest number, and the flags, that the kernel would have given it. */
static int hand_out(struct taken *t, struct sockaddr *addr, socklen_t *len, int flags)
{
    int fd = (int)real.fcntl(t->fd, flags & SOCK_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, NULL);
    int error = 0;

    if (fd < 0) {
        taken_put_back(t);
        return -1;
    }
    if (flags & SOCK_NONBLOCK)
        real.fcntl(fd, F_SETFL, (void *)(long)(O_RDWR | O_NONBLOCK));
    descriptors_displaced(fd, connections_renumber(fd, t->fd));
    if (tell_peer(t, addr, len) < 0) {
        error = errno;
        connections_close(fd);
    }
    taken_drop(t);
    errno = error ? error : errno;
    return error ? -1 : fd;
}

/* Is one kept for this call? Then *result is what it returns. */
static bool accept_kept(int fd, struct sockaddr *addr, socklen_t *len, int flags, bool any,
                        int *result)
{
    struct taken *t;
    int saved = errno;

    if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) || guest_is_running() ||
        !(t = taken_claim(fd, any)))
        return false;
    errno = saved;
    *result = hand_out(t, addr, len, flags);
    return true;
}

static int accept_from(int fd, struct sockaddr *addr, socklen_t *len, int flags, accept_call *call)
{
    int r;

    switch (fdtab_kind(fd)) {
    case FD_PLACEHOLDER:
        return placeholder_accept(fd);
    case FD_SUSPENDED:
        errno = EAGAIN;
        return -1;
    default:
        if (queues_of(fd) >= 0) {
            r = accept_counted(fd, addr, len, flags, queues_accept);
            if (r >= 0 || errno != EAGAIN)
                return r;
        }
        return accept_counted(fd, addr, len, flags, call);
    }
}

/* What another thread was told of is left to it as long as somebody else waits in the queue, if the
 * kernel can be asked without a sleep. */
static int accept_now(int fd, struct sockaddr *addr, socklen_t *len, int flags, accept_call *call)
{
    int r;

    if (taken_any() && accept_kept(fd, addr, len, flags, !nonblock_is_set(fd), &r))
        return r;
    r = accept_from(fd, addr, len, flags, call);
    if (r < 0 && errno == EAGAIN && taken_any())
        accept_kept(fd, addr, len, flags, true, &r);
    return r;
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

/* A thread that a wait call has told of somebody is given somebody, or does not sleep at least
 * while others may take him. */
static UNGUARDED int accept_blocking(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                     accept_call *call)
{
    int ticket = waiters_enter(false);
    bool told = take_was_told(fd);
    struct timing t;
    int r;

    if (fdtab_get(fd) & FD_POLLED)
        fdtab_set_flag(fd, FD_POLLED, false);
    timing_begin(&t, NULL);
    r = accept_now(fd, addr, len, flags, call);
    if (r < 0 && accept_goes_on(fd, &t))
        r = told && self_shares() ? left_accept(fd, addr, len, flags)
                                  : accept_later(fd, addr, len, flags, call);
    waiters_leave(ticket);
    return r;
}

static __attribute__((noinline)) int accept_unknown(int fd, struct sockaddr *addr, socklen_t *len,
                                                    int flags, accept_call *call)
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

static inline int accept_listener(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                  accept_call *call)
{
    return fdtab_get(fd) & FD_NONBLOCK ? accept_now(fd, addr, len, flags, call)
                                       : accept_blocking(fd, addr, len, flags, call);
}

/* There is something to see to: while something is kept, or nobody is known to connect but the
 * generation, it does not become plain. */
static __attribute__((noinline)) int accept_looking(int fd, struct sockaddr *addr, socklen_t *len,
                                                    int flags, accept_call *call)
{
    int r;

    listening_waited(fd);
    r = accept_listener(fd, addr, len, flags, call);
    if (r >= 0)
        peers_note(fd, r);
    return r;
}

UNGUARDED int accept_any(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                         accept_call *call)
{
    if (!fdtab_is(fd, FDS_SEEM_LISTENING))
        return accept_unknown(fd, addr, len, flags, call);
    if (!(fdtab_get(fd) & FD_WAITED))
        return accept_looking(fd, addr, len, flags, call);
    return accept_listener(fd, addr, len, flags, call);
}
