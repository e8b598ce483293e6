/* SPDX-License-Identifier: ISC */
/*
 * A client who has left again, for a thread that was told of one who is not to be had any more: the
 * other generation, or a sibling, has got him.  To sleep would stop all else that this thread does,
 * in a generation that drains for ever; an error ends servers that expect none.  A client who
 * connects and closes at once is what every server meets.
 */
#ifndef GRACE_WAIT_LEFT_H
#define GRACE_WAIT_LEFT_H

#include <sys/socket.h>

/* Such a connection, as accept4() on `listener` would return it, or -1. It is not counted. */
int left_accept(int listener, struct sockaddr *addr, socklen_t *len, int flags);

#endif
