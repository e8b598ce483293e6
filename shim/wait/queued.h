/* SPDX-License-Identifier: ISC */
/*
 * poll() and select() are asked for the second queues (process/queues.h) of the listeners that they
 * wait for, too: in a copy of what the server asks, for its own may have no room.  Who arrives
 * there is reported as one who arrives at the listener.
 *
 * Around each real call: _begin, which says what is to be asked, and _end, which returns what the
 * result is.  Where no second queue is, or none is looked into, what the server asks is asked.
 */
#ifndef GRACE_WAIT_QUEUED_H
#define GRACE_WAIT_QUEUED_H

#include <sys/select.h>
#include <poll.h>
#include <stddef.h>

enum { QUEUED_FEW = 64, QUEUED_MOST = 16 };

struct queued_poll {
    struct pollfd *asked;         /* this array */
    nfds_t n;                     /* of so many */
    nfds_t listener[QUEUED_MOST]; /* whose queues stand at its end: place in the server's */
    nfds_t queues;
    size_t mapped; /* bytes, for more than a few */
    struct pollfd few[QUEUED_FEW];
};

void queued_begin_poll(struct queued_poll *q, struct pollfd *fds, nfds_t n);
int queued_end_poll(struct queued_poll *q, struct pollfd *fds, nfds_t n, int result);

struct queued_select {
    fd_set *asked[3]; /* these sets */
    int n;            /* up to this number */
    int listener[QUEUED_MOST], queue[QUEUED_MOST], queues;
    fd_set copy[3];
};

void queued_begin_select(struct queued_select *q, int n, fd_set *const sets[3]);
int queued_end_select(struct queued_select *q, int n, fd_set *const sets[3], int result);

#endif
