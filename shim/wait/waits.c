/* SPDX-License-Identifier: ISC */
#include "wait/waits.h"

#include <errno.h>
#include <fcntl.h>

#include "libc/real.h"
#include "listener/placeholder.h"
#include "listener/suspend.h"
#include "process/fdset.h"
#include "process/fdtab.h"
#include "process/interruptions.h"
#include "process/registrations.h"
#include "process/timeouts.h"
#include "process/waiters.h"
#include "wait/blocking.h"
#include "wait/suspended.h"

static const long NANO = 1000000000L;
enum { LOOK_MS = 200 };

void waits_begin(struct wait *w, const struct timespec *timeout)
{
    w->seen = interruptions_seen;
    w->endless = timeout == NULL;
    w->looks = suspend_requested();
    if (w->endless)
        return;
    w->left = *timeout;
    clock_gettime(CLOCK_MONOTONIC, &w->deadline);
    w->deadline.tv_sec += timeout->tv_sec;
    w->deadline.tv_nsec += timeout->tv_nsec;
    if (w->deadline.tv_nsec >= NANO) {
        w->deadline.tv_nsec -= NANO;
        w->deadline.tv_sec++;
    }
}

UNGUARDED void waits_begin_ms(struct wait *w, int timeout_ms)
{
    struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                               .tv_nsec = timeout_ms % 1000 * 1000000L};

    waits_begin(w, timeout_ms < 0 ? NULL : &timeout);
}

void waits_begin_receiving(struct wait *w, int fd)
{
    struct timespec limit;

    waits_begin(w, timeouts_get(fd, &limit) ? &limit : NULL);
}

static UNGUARDED void wait_shorten(struct wait *w)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    w->left.tv_sec = w->deadline.tv_sec - now.tv_sec;
    w->left.tv_nsec = w->deadline.tv_nsec - now.tv_nsec;
    if (w->left.tv_nsec < 0) {
        w->left.tv_nsec += NANO;
        w->left.tv_sec--;
    }
    if (w->left.tv_sec < 0)
        w->left = (struct timespec){0};
}

static bool is_over(struct wait *w)
{
    if (w->endless)
        return false;
    wait_shorten(w);
    return w->left.tv_sec == 0 && w->left.tv_nsec == 0;
}

bool waits_again(struct wait *w, int result)
{
    unsigned seen = interruptions_seen;

    if (result == 0 && w->looks && !is_over(w)) {
        w->looks = suspend_look();
        return true;
    }
    if (result >= 0 || errno != EINTR || seen == w->seen)
        return false;
    w->seen = seen;
    if (!w->endless)
        wait_shorten(w);
    return true;
}

static int left_ms(const struct wait *w)
{
    return w->endless ? -1 : (int)(w->left.tv_sec * 1000 + (w->left.tv_nsec + 999999) / 1000000);
}

static bool is_long(const struct wait *w)
{
    return w->endless || w->left.tv_sec > 0 || left_ms(w) > LOOK_MS;
}

const struct timespec *waits_left(struct wait *w)
{
    if (!w->looks || !is_long(w))
        return w->endless ? NULL : &w->left;
    w->slice = (struct timespec){.tv_nsec = LOOK_MS * 1000000L};
    return &w->slice;
}

int waits_left_ms(struct wait *w)
{
    return w->looks && is_long(w) ? LOOK_MS : left_ms(w);
}

void waits_left_timeval(struct wait *w, struct timeval *left)
{
    wait_shorten(w);
    *left = (struct timeval){.tv_sec = w->left.tv_sec, .tv_usec = w->left.tv_nsec / 1000};
}

static bool starting(void)
{
    return (self_attention() & ATTENTION_STARTING) != 0;
}

/* Also a listener that the process was started with (LISTEN_FDS). */
static void waited(int fd)
{
    if (fdtab_get(fd) == FD_NONE)
        listener_discover(fd);
    listener_waited(fd);
    registrations_each(fd, listener_waited); /* EventMachine polls its epoll */
}

/* The kernel refuses these without a look at the array. */
static bool is_array(const struct pollfd *fds, nfds_t n)
{
    return fds && n <= FDTAB_SIZE;
}

void waits_on_poll(struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; starting() && is_array(fds, n) && i < n; i++)
        if (fds[i].events & POLLIN)
            waited(fds[i].fd);
}

/* n may be getdtablesize() and the set smaller: the kernel looks at what can be open only. */
static void each_selected(int n, const fd_set *set, void (*visit)(int fd))
{
    for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++)
        if (fdset_has(set, fd))
            visit(fd);
    for (int fd = fdtab_next(FD_SETSIZE, FD_LISTENER); fd >= 0 && fd < n;
         fd = fdtab_next(fd + 1, FD_LISTENER))
        if (fdset_has(set, fd))
            visit(fd);
}

void waits_on_select(int n, const fd_set *readable)
{
    if (starting() && readable)
        each_selected(n, readable, waited);
}

void waits_on_epoll(int epfd)
{
    if (starting())
        registrations_each(epfd, listener_waited);
}

/* One that is a dummy or deaf by now was not yet when it was found readable. */
static void mark_polled(int fd)
{
    if (fdtab_seems_to_listen(fd) && !(fdtab_get(fd) & FD_NONBLOCK))
        fdtab_set_flag(fd, FD_POLLED, true);
}

void waits_polled(const struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; listener_blocking && i < n; i++)
        if (fds[i].revents & POLLIN)
            mark_polled(fds[i].fd);
}

void waits_selected(int n, const fd_set *readable)
{
    if (listener_blocking && readable)
        each_selected(n, readable, mark_polled);
}

void waits_reported(int epfd)
{
    if (listener_blocking)
        registrations_each(epfd, mark_polled);
}

/* Who was there has been taken by others, or is left to them. */
static int accept_polled(int fd)
{
    fdtab_set_flag(fd, FD_POLLED, false);
    errno = ECONNABORTED;
    return -1;
}

/*
 * The server believes fd to be blocking and the kernel said EAGAIN: O_NONBLOCK is set for the
 * time of an overlap, or fd is a dummy; or fd is deaf.  0: try again; -1: errno is the answer.
 */
static int accept_blocked(int fd, struct wait *w)
{
    long flags;

    if (fdtab_kind(fd) == FD_PLACEHOLDER && (fdtab_get(fd) & FD_POLLED))
        return accept_polled(fd);
    if (suspend_applies(fd) || fdtab_kind(fd) == FD_PLACEHOLDER)
        return suspended_wait(fd);
    flags = real.fcntl(fd, F_GETFL, NULL);
    if (!(flags & O_NONBLOCK)) { /* SO_RCVTIMEO, or an overlap that has just ended */
        errno = EAGAIN;
        return w->endless ? 0 : -1;
    }
    if (!(self_attention() & ATTENTION_OVERLAP)) {
        listener_set_nonblock(fd, true); /* set behind our back, by a vfork child */
        errno = EAGAIN;
        return -1;
    }
    if (fdtab_get(fd) & FD_POLLED)
        return accept_polled(fd);
    return blocking_wait(fd, w);
}

static int accept_now(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                      descriptors_accept_call *call)
{
    switch (fdtab_kind(fd)) {
    case FD_PLACEHOLDER:
        return placeholder_accept(fd);
    case FD_SUSPENDED:
        errno = EAGAIN;
        return -1;
    default:
        return descriptors_accept(fd, addr, len, flags, call);
    }
}

/* With SO_RCVTIMEO the kernel does not restart the call after our signals either. */
static bool accept_goes_on(int fd, struct wait *w)
{
    struct timespec limit;

    return errno == EAGAIN || (waits_again(w, -1) && timeouts_get(fd, &limit));
}

static int accept_later(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                        descriptors_accept_call *call)
{
    struct wait w;
    int r;

    waits_begin_receiving(&w, fd);
    do {
        if (accept_blocked(fd, &w) < 0)
            return -1;
        r = accept_now(fd, addr, len, flags, call);
    } while (r < 0 && accept_goes_on(fd, &w));
    return r;
}

static UNGUARDED int accept_blocking(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                     descriptors_accept_call *call)
{
    int ticket = waiters_enter(false);
    struct wait w;
    int r;

    waits_begin(&w, NULL);
    r = accept_now(fd, addr, len, flags, call);
    if (r < 0 && accept_goes_on(fd, &w))
        r = accept_later(fd, addr, len, flags, call);
    if (r >= 0)
        fdtab_set_flag(fd, FD_POLLED, false);
    waiters_leave(ticket);
    return r;
}

UNGUARDED int waits_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                           descriptors_accept_call *call)
{
    uint8_t known = fdtab_get(fd);

    if (!(known & FD_WAITED)) {
        listener_waited(fd);
        fdtab_set_flag(fd, FD_WAITED, true);
    }
    if (known & FD_NONBLOCK)
        return accept_now(fd, addr, len, flags, call);
    return accept_blocking(fd, addr, len, flags, call);
}
