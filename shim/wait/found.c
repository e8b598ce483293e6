/* SPDX-License-Identifier: ISC */
#include "wait/found.h"

#include "listener/take.h"
#include "process/epolls.h"
#include "process/fdset.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/readable.h"
#include "process/taken.h"

/* A datagram socket is only marked, for the call that receives (wait/receive.c). */
static bool is_told(int fd, bool edge)
{
    uint8_t known = fdtab_get(fd);

    if (!fdtab_is(fd, FDS_SEEM_LISTENING) || (known & FD_NONBLOCK))
        return true;
    if (!(known & FD_DATAGRAM))
        return take_found(fd, edge);
    fdtab_set_flag(fd, FD_POLLED, true);
    return true;
}

static bool ends(int result)
{
    return result < 0 || (result == 0 && !taken_any()) || guest_is_running();
}

static int told(struct timing *t, int result)
{
    if (result == 0)
        timing_go_on(t);
    return result;
}

enum { READABLE = POLLIN | POLLRDNORM };

void found_hurry_poll(struct timing *t, const struct pollfd *fds, nfds_t n)
{
    if (n > FDTAB_SIZE || !readable(fds, n * sizeof *fds))
        return;
    for (nfds_t i = 0; i < n; i++)
        if ((fds[i].events & READABLE) && taken_is_due(fds[i].fd))
            timing_hurry(t);
}

static void settle_poll(struct pollfd *p)
{
    short asked = p->events & READABLE;

    if (p->revents & READABLE) {
        if (!is_told(p->fd, false))
            p->revents &= ~READABLE;
    } else if (asked && taken_any() && taken_tell(p->fd)) {
        p->revents |= asked;
    }
}

int found_settle_poll(struct timing *t, struct pollfd *fds, nfds_t n, int result)
{
    bool any = result > 0;

    if (ends(result))
        return result;
    result = 0;
    for (nfds_t i = 0; i < n; i++) {
        settle_poll(&fds[i]);
        result += fds[i].revents != 0;
    }
    return any ? told(t, result) : result;
}

static bool is_asked(int n, const fd_set *asked, int fd)
{
    return asked && fd < n && fd < FD_SETSIZE && fdset_has(asked, fd);
}

void found_hurry_select(struct timing *t, int n, const fd_set *asked)
{
    unsigned at = 0;

    for (int fd = taken_next_due(&at); fd >= 0; fd = taken_next_due(&at))
        if (is_asked(n, asked, fd))
            timing_hurry(t);
}

int found_settle_select(struct timing *t, int n, const fd_set *asked, fd_set *set, int result)
{
    bool any = result > 0;
    unsigned at = 0;

    if (ends(result) || !set)
        return result;
    for (int fd = fdtab_next(0, FDS_SEEM_LISTENING); any && fd >= 0 && fd < n;
         fd = fdtab_next(fd + 1, FDS_SEEM_LISTENING))
        if (fdset_has(set, fd) && !is_told(fd, false)) {
            fdset_remove(set, fd);
            result--;
        }
    for (int fd = taken_next_due(&at); fd >= 0; fd = taken_next_due(&at))
        if (is_asked(n, asked, fd) && !fdset_has(set, fd) && taken_tell(fd)) {
            fdset_add(set, fd);
            result++;
        }
    /* a larger set can't be asked for again: it is told that nothing was found */
    return any && n <= FD_SETSIZE ? told(t, result) : result;
}

/* Is it to be said of a registration that reports an edge, or once? */
static bool is_said(const struct epoll_event *asked, int fd)
{
    return (asked->events & READABLE) &&
           (!(asked->events & (EPOLLET | EPOLLONESHOT)) || taken_is_new(fd));
}

/* The next listener in this epoll, or -1. */
static int next_due(unsigned *at, int epfd, struct epoll_event *event)
{
    int fd;

    do
        fd = taken_next_due(at);
    while (fd >= 0 && !(epolls_find(epfd, fd, event) && is_said(event, fd)));
    if (fd >= 0)
        event->events &= READABLE;
    return fd;
}

void found_hurry_epoll(struct timing *t, int epfd)
{
    struct epoll_event event;
    unsigned at = 0;

    if (next_due(&at, epfd, &event) >= 0)
        timing_hurry(t);
}

static bool is_passed_on(int epfd, struct epoll_event *event)
{
    struct epoll_event asked;
    int fd = event->events & READABLE ? epolls_reported(epfd, event) : -1;

    if (fd < 0 || (epolls_find(epfd, fd, &asked) && is_told(fd, asked.events & EPOLLET)))
        return true;
    event->events &= ~(uint32_t)READABLE;
    if (event->events == 0)
        epolls_rearm(epfd, fd);
    return event->events != 0;
}

static bool is_among(const struct epoll_event *events, int n, const struct epoll_event *event)
{
    for (int i = 0; i < n; i++)
        if (events[i].data.u64 == event->data.u64)
            return true;
    return false;
}

int found_settle_epoll(struct timing *t, int epfd, struct epoll_event *events, int max, int result)
{
    struct epoll_event event;
    unsigned at = 0;
    int n = 0;

    if (ends(result))
        return result;
    for (int i = 0; i < result; i++)
        if (is_passed_on(epfd, &events[i]))
            events[n++] = events[i];
    for (int fd; n < max && (fd = next_due(&at, epfd, &event)) >= 0;)
        if (!is_among(events, n, &event) && taken_tell(fd))
            events[n++] = event;
    return result > 0 ? told(t, n) : n;
}
