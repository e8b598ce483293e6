/* SPDX-License-Identifier: ISC */
/*
 * poll() and select() are not asked for suspended listeners, which are hidden before each wait and
 * shown again after it.  A thread that waits so is entered among the waiters, for it has to ask
 * again when they are resumed.
 */
#ifndef GRACE_WAIT_HIDE_SUSPENDED_H
#define GRACE_WAIT_HIDE_SUSPENDED_H

#include <sys/select.h>
#include <poll.h>
#include <stdbool.h>

/* One wait. */
struct hidden {
    bool any;
    int ticket;
    fd_set selected; /* if any: what is hidden from select() */
};

void hide_begin_poll(struct hidden *h, struct pollfd *fds, nfds_t n);
void hide_end_poll(const struct hidden *h, struct pollfd *fds, nfds_t n);

/* result: of the real call. One that failed leaves the set as it was. */
void hide_begin_select(struct hidden *h, int n, fd_set *set);
void hide_end_select(const struct hidden *h, int n, fd_set *set, int result);

#endif
