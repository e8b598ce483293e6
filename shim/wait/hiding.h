/* SPDX-License-Identifier: ISC */
/*
 * poll() and select() are not asked for what the process is deaf to: hidden before each wait, shown
 * again after it.  A thread that waits so is entered among the acceptors, for it has to ask again
 * when the process hears.
 */
#ifndef GRACE_HIDING_H
#define GRACE_HIDING_H

#include <sys/select.h>
#include <poll.h>
#include <stdbool.h>

/* One wait. */
struct hiding {
    bool any;
    int ticket;
    fd_set selected; /* if any: what is hidden from select() */
};

void hiding_begin_poll(struct hiding *h, struct pollfd *fds, nfds_t n);
void hiding_end_poll(const struct hiding *h, struct pollfd *fds, nfds_t n);

/* result: of the real call. One that failed leaves the set as it was. */
void hiding_begin_select(struct hiding *h, int n, fd_set *readable);
void hiding_end_select(const struct hiding *h, int n, fd_set *readable, int result);

#endif
