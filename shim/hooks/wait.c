/* SPDX-License-Identifier: ISC */
/* Hooks of the wait calls. epoll_wait is the hot one: its fast path only forwards. */
#include <sys/epoll.h>
#include <limits.h>
#include <string.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/listening.h"
#include "listener/suspend.h"
#include "process/epolls.h"
#include "process/fdset.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/own_signals.h"
#include "process/readable.h"
#include "wait/found.h"
#include "wait/hide_suspended.h"
#include "wait/interest.h"
#include "wait/queued.h"
#include "wait/timing.h"

/* The kernel judges the call on a suspended one, too, with no event to report; what the server
 * asked for has its time. */
static int epoll_ctl_noted(int epfd, int op, int fd, struct epoll_event *event)
{
    bool suspended = suspend_applies(fd);
    bool good = !suspended || op == EPOLL_CTL_DEL || readable(event, sizeof *event);
    struct epoll_event nothing = {0};
    int r;

    if (suspended && good && (self_attention() & ATTENTION_DRAINING))
        return 0; /* it is in no epoll, and is not to get into one */
    if (suspended && good && op != EPOLL_CTL_DEL)
        nothing.data = event->data;
    r = real.epoll_ctl(epfd, op, fd, suspended && good ? &nothing : event);
    if (r == 0 && fdtab_is(fd, FDS_MAY_LISTEN))
        epolls_note(epfd, op, fd, event, suspended);
    return r;
}

/* Nobody may replace the listener between the call and the note of it. For a moment it is in no
 * epoll, and a server that arms it anew (EPOLLONESHOT) would take the ENOENT for its own fault. */
static int epoll_ctl_on_listener(int epfd, int op, int fd, struct epoll_event *event)
{
    bool mine = listener_lock_take();
    int r = epoll_ctl_noted(epfd, op, fd, event);

    if (mine)
        listener_lock_release();
    return r;
}

static __attribute__((noinline)) int epoll_ctl_slowly(int epfd, int op, int fd,
                                                      struct epoll_event *event)
{
    if (guest_is_running())
        return real.epoll_ctl(epfd, op, fd, event);
    if (fdtab_get(fd) == FD_NONE)
        listening_discover(fd);
    return fdtab_is(fd, FDS_IN_EPOLLS) ? epoll_ctl_on_listener(epfd, op, fd, event)
                                       : real.epoll_ctl(epfd, op, fd, event);
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    uint8_t known = fdtab_get(fd);

    /* a listener may have come with the process, or by SCM_RIGHTS */
    if (known == FD_CONNECTION || (known == FD_NONE && op != EPOLL_CTL_ADD))
        return real.epoll_ctl(epfd, op, fd, event);
    return epoll_ctl_slowly(epfd, op, fd, event);
}

static __attribute__((noinline)) int epoll_wait_slowly(int epfd, struct epoll_event *events,
                                                       int max, int timeout)
{
    struct timing t;
    int r;

    interest_begin_epoll(epfd);
    timing_begin_ms(&t, timeout);
    do {
        found_begin_epoll(&t, epfd);
        r = real.epoll_wait(epfd, events, max, timing_left_ms(&t));
        r = found_end_epoll(&t, epfd, events, max, r);
    } while (timing_again(&t, r));
    return r;
}

EXPORT int epoll_wait(int epfd, struct epoll_event *events, int max, int timeout)
{
    return interest_is_due() ? epoll_wait_slowly(epfd, events, max, timeout)
                             : real.epoll_wait(epfd, events, max, timeout);
}

EXPORT UNGUARDED int epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout,
                                 const sigset_t *mask)
{
    sigset_t copy;
    struct timing t;
    int r;

    mask = own_signals_strip_unread(mask, &copy);
    interest_begin_epoll(epfd);
    timing_begin_ms(&t, timeout);
    do {
        found_begin_epoll(&t, epfd);
        r = real.epoll_pwait(epfd, events, max, timing_left_ms(&t), mask);
        r = found_end_epoll(&t, epfd, events, max, r);
    } while (timing_again(&t, r));
    return r;
}

EXPORT UNGUARDED int epoll_pwait2(int epfd, struct epoll_event *events, int max,
                                  const struct timespec *timeout, const sigset_t *mask)
{
    sigset_t copy;
    struct timing t;
    int r;

    mask = own_signals_strip_unread(mask, &copy);
    if (timeout && !readable(timeout, sizeof *timeout))
        return real.epoll_pwait2(epfd, events, max, timeout, mask);
    interest_begin_epoll(epfd);
    timing_begin(&t, timeout);
    do {
        found_begin_epoll(&t, epfd);
        r = real.epoll_pwait2(epfd, events, max, timing_left(&t), mask);
        r = found_end_epoll(&t, epfd, events, max, r);
    } while (timing_again(&t, r));
    return r;
}

EXPORT UNGUARDED int poll(struct pollfd *fds, nfds_t n, int timeout)
{
    struct queued_poll q;
    struct hidden h;
    struct timing t;
    int r;

    interest_begin_poll(fds, n);
    timing_begin_ms(&t, timeout);
    do {
        found_begin_poll(&t, fds, n);
        hide_begin_poll(&h, fds, n);
        queued_begin_poll(&q, fds, n);
        r = real.poll(q.asked, q.n, timing_left_ms(&t));
        r = queued_end_poll(&q, fds, n, r);
        hide_end_poll(&h, fds, n);
        r = found_end_poll(&t, fds, n, r);
    } while (timing_again(&t, r));
    return r;
}

/* The _chk forms abort on a buffer that is too small; asking them with no wait keeps that. */
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);
EXPORT int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
    return size / sizeof *fds < n ? real.__poll_chk(fds, n, timeout, size) : poll(fds, n, timeout);
}

EXPORT UNGUARDED int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
                           const sigset_t *mask)
{
    struct queued_poll q;
    struct hidden h;
    sigset_t copy;
    struct timing t;
    int r;

    mask = own_signals_strip_unread(mask, &copy);
    interest_begin_poll(fds, n);
    timing_begin(&t, timeout);
    do {
        found_begin_poll(&t, fds, n);
        hide_begin_poll(&h, fds, n);
        queued_begin_poll(&q, fds, n);
        r = real.ppoll(q.asked, q.n, timing_left(&t), mask);
        r = queued_end_poll(&q, fds, n, r);
        hide_end_poll(&h, fds, n);
        r = found_end_poll(&t, fds, n, r);
    } while (timing_again(&t, r));
    return r;
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
                size_t size);
EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
                       const sigset_t *mask, size_t size)
{
    return size / sizeof *fds < n ? real.__ppoll_chk(fds, n, timeout, mask, size)
                                  : ppoll(fds, n, timeout, mask);
}

/* A set may be smaller than n says, for the kernel looks at what can be open only; a larger one
 * than an fd_set can't be copied, and has no slices. */
static bool is_copied(int n)
{
    return n >= 0 && n <= FD_SETSIZE;
}

struct sets {
    fd_set *each[3];
    fd_set was[3];
    size_t bytes[3]; /* that are copied */
};

/* Sets are left as they were by a select() that gave EINTR.  The kernel empties them when the time
 * is over, but it may have been one of several slices, or what it found is not told. */
static void sets_begin(struct sets *s, int n, const struct timing *t)
{
    size_t most = n < 0 || !(t->looks || found_applies()) ? 0
                  : is_copied(n)                          ? fdset_bytes(n)
                                                          : sizeof(fd_set);

    for (int i = 0; i < 3; i++) {
        s->bytes[i] = most && s->each[i] ? readable_bytes(s->each[i], most) : 0;
        if (s->bytes[i] > 0)
            memcpy(&s->was[i], s->each[i], s->bytes[i]);
    }
}

static void sets_restore(const struct sets *s)
{
    for (int i = 0; i < 3; i++)
        if (s->bytes[i] > 0)
            memcpy(s->each[i], &s->was[i], s->bytes[i]);
}

static const fd_set *sets_asked(const struct sets *s)
{
    return s->bytes[0] > 0 ? &s->was[0] : NULL;
}

static int pselect_repeated(int n, struct sets *s, struct timing *t, const sigset_t *mask)
{
    struct queued_select q;
    struct hidden h;
    int r;

    sets_begin(s, n, t);
    for (;;) {
        found_begin_select(t, n, sets_asked(s));
        hide_begin_select(&h, n, s->each[0]);
        queued_begin_select(&q, n, s->each);
        r = real.pselect(q.n, q.asked[0], q.asked[1], q.asked[2], timing_left(t), mask);
        r = queued_end_select(&q, n, s->each, r);
        hide_end_select(&h, n, s->each[0], r);
        r = found_end_select(t, n, sets_asked(s), s->each[0], r);
        if (!timing_again(t, r))
            return r;
        sets_restore(s);
    }
}

/* As libc does: more microseconds than a second has are no error. False: it is negative. */
static bool limit_of(const struct timeval *timeout, struct timespec *limit)
{
    const long micro = 1000000;

    if (timeout->tv_sec < 0 || timeout->tv_usec < 0)
        return false;
    limit->tv_nsec = timeout->tv_usec % micro * 1000;
    if (__builtin_add_overflow(timeout->tv_sec, timeout->tv_usec / micro, &limit->tv_sec))
        limit->tv_sec = LONG_MAX;
    return true;
}

/* Linux's select() reports the time left in *timeout. */
static __attribute__((noinline)) int select_in_slices(int n, struct sets *s,
                                                      struct timeval *timeout)
{
    struct timespec limit;
    struct timing t;
    int r;

    if (timeout && !limit_of(timeout, &limit))
        return real.select(n, s->each[0], s->each[1], s->each[2], timeout);
    timing_begin(&t, timeout ? &limit : NULL);
    r = pselect_repeated(n, s, &t, NULL);
    if (timeout)
        timing_left_timeval(&t, timeout);
    return r;
}

/* What is left of the time stands in *timeout after each call. */
static int select_repeated(int n, struct sets *s, struct timing *t, struct timeval *timeout)
{
    struct queued_select q;
    struct hidden h;
    int r;

    sets_begin(s, n, t);
    for (;;) {
        hide_begin_select(&h, n, s->each[0]);
        queued_begin_select(&q, n, s->each);
        r = real.select(q.n, q.asked[0], q.asked[1], q.asked[2], timeout);
        r = queued_end_select(&q, n, s->each, r);
        hide_end_select(&h, n, s->each[0], r);
        r = found_end_select(t, n, sets_asked(s), s->each[0], r);
        if (!timing_again(t, r))
            return r;
        sets_restore(s);
    }
}

EXPORT UNGUARDED int select(int n, fd_set *readable, fd_set *writable, fd_set *except,
                            struct timeval *timeout)
{
    struct sets s;
    struct timing t;

    s.each[0] = readable;
    s.each[1] = writable;
    s.each[2] = except;
    interest_begin_select(n, readable);
    timing_begin(&t, NULL);
    t.looks &= is_copied(n);
    return t.looks ? select_in_slices(n, &s, timeout) : select_repeated(n, &s, &t, timeout);
}

EXPORT UNGUARDED int pselect(int n, fd_set *readable, fd_set *writable, fd_set *except,
                             const struct timespec *timeout, const sigset_t *mask)
{
    struct sets s;
    sigset_t copy;
    struct timing t;

    s.each[0] = readable;
    s.each[1] = writable;
    s.each[2] = except;
    mask = own_signals_strip_unread(mask, &copy);
    interest_begin_select(n, readable);
    timing_begin(&t, timeout);
    t.looks &= is_copied(n);
    return pselect_repeated(n, &s, &t, mask);
}
