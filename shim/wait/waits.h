/* SPDX-License-Identifier: ISC */
/*
 * What the wait calls have to do besides waiting:
 *  - while a generation starts: report which listeners are really waited on (readiness);
 *  - a wait that only our own signal interrupted goes on with the time that is left;
 *  - accept() on a listener the server believes to be blocking, while two generations share it:
 *    one that was polled first must not get stuck because the other generation was faster.
 */
#ifndef GRACE_WAIT_WAITS_H
#define GRACE_WAIT_WAITS_H

#include <sys/select.h>
#include <poll.h>
#include <stdbool.h>
#include <time.h>

#include "listener/descriptors.h"
#include "listener/listener.h"
#include "process/self.h"

/* A wait in progress; waits_begin() notes when it has to end. timeout NULL: never. */
struct wait {
    unsigned seen;
    bool endless;
    bool looks; /* held back: now and then it ends for a look after the supervisor */
    struct timespec deadline, left, slice;
};

void waits_begin(struct wait *w, const struct timespec *timeout);
void waits_begin_ms(struct wait *w, int timeout_ms);

/* As the server's SO_RCVTIMEO for fd has it. */
void waits_begin_receiving(struct wait *w, int fd);

/* After a result: true when the wait is to be repeated with waits_left(). */
bool waits_again(struct wait *w, int result);
const struct timespec *waits_left(struct wait *w);
int waits_left_ms(struct wait *w);
void waits_left_timeval(struct wait *w, struct timeval *left); /* of one that has a limit */

/* Readiness: the listeners among these are waited on. */
void waits_on_poll(struct pollfd *fds, nfds_t n);
void waits_on_select(int n, const fd_set *readable);
void waits_on_epoll(int epfd);

/* The blocking listeners among the results were polled first. */
void waits_polled(const struct pollfd *fds, nfds_t n);
void waits_selected(int n, const fd_set *readable);
void waits_reported(int epfd);

/* accept(): `call` is the real one. */
int waits_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                 descriptors_accept_call *call);

/* Is accept() of fd the kernel's call and the count, and nothing else? */
static inline bool waits_accept_plainly(int fd)
{
    return __builtin_expect(fdtab_get(fd) == (FD_LISTENER | FD_NONBLOCK | FD_WAITED), 1);
}

/* Does this process have to take the slow path of the wait calls? */
static inline bool waits_slow(void)
{
    return __builtin_expect(atomic_load_explicit(self.slow, memory_order_relaxed) != 0, 0);
}

#endif
