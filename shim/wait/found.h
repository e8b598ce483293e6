/* SPDX-License-Identifier: ISC */
/*
 * What a wait call says of the listeners that the server believes to be blocking.  While they are
 * shared, one is reported only with a connection in hand, for the accept() that follows
 * (listener/take.h): also one that was reported and not asked for since, as the kernel would.  Who
 * was there and is another generation's by now is not; if nothing is left to be said, the wait goes
 * on.
 *
 * Before each call _begin, after it _end, which returns what the result is then.
 */
#ifndef GRACE_WAIT_FOUND_H
#define GRACE_WAIT_FOUND_H

#include <sys/epoll.h>
#include <sys/select.h>
#include <poll.h>

#include "listener/nonblock.h"
#include "process/taken.h"
#include "wait/timing.h"

/* Has this process such listeners? */
static inline bool found_applies(void)
{
    return __builtin_expect(nonblock_any_blocking, 0);
}

void found_hurry_poll(struct timing *t, const struct pollfd *fds, nfds_t n);
int found_settle_poll(struct timing *t, struct pollfd *fds, nfds_t n, int result);

static inline void found_begin_poll(struct timing *t, const struct pollfd *fds, nfds_t n)
{
    if (taken_any())
        found_hurry_poll(t, fds, n);
}

static inline int found_end_poll(struct timing *t, struct pollfd *fds, nfds_t n, int result)
{
    return found_applies() ? found_settle_poll(t, fds, n, result) : result;
}

/* `asked`: what the set was, its first FD_SETSIZE bits; NULL: nothing was asked. */
void found_hurry_select(struct timing *t, int n, const fd_set *asked);
int found_settle_select(struct timing *t, int n, const fd_set *asked, fd_set *set, int result);

static inline void found_begin_select(struct timing *t, int n, const fd_set *asked)
{
    if (taken_any())
        found_hurry_select(t, n, asked);
}

static inline int found_end_select(struct timing *t, int n, const fd_set *asked, fd_set *set,
                                   int result)
{
    return found_applies() ? found_settle_select(t, n, asked, set, result) : result;
}

void found_hurry_epoll(struct timing *t, int epfd);
int found_settle_epoll(struct timing *t, int epfd, struct epoll_event *events, int max, int result);

static inline void found_begin_epoll(struct timing *t, int epfd)
{
    if (taken_any())
        found_hurry_epoll(t, epfd);
}

static inline int found_end_epoll(struct timing *t, int epfd, struct epoll_event *events, int max,
                                  int result)
{
    return found_applies() ? found_settle_epoll(t, epfd, events, max, result) : result;
}

#endif
