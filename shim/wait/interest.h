/* SPDX-License-Identifier: ISC */
/*
 * The listeners that a wait call is interested in: somebody waits on them, which is what makes a
 * starting generation ready, and looks into their second queues.
 */
#ifndef GRACE_WAIT_INTEREST_H
#define GRACE_WAIT_INTEREST_H

#include <sys/select.h>
#include <poll.h>
#include <stdbool.h>

#include "process/self.h"

void interest_begin_poll(struct pollfd *fds, nfds_t n);
void interest_begin_select(int n, const fd_set *set);
void interest_begin_epoll(int epfd);

/* Have the wait calls of this process more to do than to wait? */
static inline bool interest_is_due(void)
{
    return __builtin_expect(atomic_load_explicit(self.slow, memory_order_relaxed) != 0, 0);
}

#endif
