/* SPDX-License-Identifier: ISC */
/*
 * The poll filter: poll() and select() are not asked for suspended listeners, which are hidden
 * before each wait and shown again after it.  A thread that waits so is entered among the waiters,
 * for it has to ask again when they are resumed.
 */
#ifndef GRACE_WAIT_FILTER_H
#define GRACE_WAIT_FILTER_H

#include <sys/select.h>
#include <poll.h>
#include <stdbool.h>

/* One wait. */
struct filter {
    bool any;
    int ticket;
    fd_set selected; /* if any: what is hidden from select() */
};

void filter_begin_poll(struct filter *h, struct pollfd *fds, nfds_t n);
void filter_end_poll(const struct filter *h, struct pollfd *fds, nfds_t n);

/* result: of the real call. One that failed leaves the set as it was. */
void filter_begin_select(struct filter *h, int n, fd_set *readable);
void filter_end_select(const struct filter *h, int n, fd_set *readable, int result);

#endif
