/* SPDX-License-Identifier: ISC */
/*
 * The second queue of a TCP listener, beside its backlog: connections that a draining generation
 * has accepted and not touched wait there for who serves the listener now.  One message is one
 * connection.  Like the backlog it belongs to the listener: what one generation has not taken is
 * the next one's.
 *
 * A pair of datagram sockets: when this process dies the others see an empty queue, and no end of
 * file that their epolls would report for ever.  Only we can write to it.  Nothing here waits: what
 * there is no room for is kept, and sent when there is.
 */
#ifndef GRACE_SUPERVISOR_STATE_ACCEPT_QUEUE_H
#define GRACE_SUPERVISOR_STATE_ACCEPT_QUEUE_H

#include <stdbool.h>

struct listener;

enum { ACCEPT_QUEUE_KEPT = 128 }; /* connections that wait in this process, at most */

/* The end that is read, for a process that serves the listener; -1: it has no such queue, or there
 * is no descriptor left. */
int accept_queue_end(struct listener *h);

/* Puts the connection there, with the options that accept() would have given it; it is ours from
 * now on.  False: there is no such queue, and it is closed. */
bool accept_queue_put(struct listener *h, int fd);

/* Sends what is kept, as far as there is room.  True: nothing is left, neither here nor there. */
bool accept_queue_flush(struct listener *h);

/* Is there somebody who has not been taken, whom no process has? */
bool accept_queue_waits(const struct listener *h);

/* Are so many kept that no more should be received? */
bool accept_queue_is_full(void);

/* The listener is released: what is kept is closed. */
void accept_queue_close(struct listener *h);

#endif
