/* SPDX-License-Identifier: ISC */
/*
 * While generations share a listener that the server believes to be blocking, it is reported by a
 * wait call only when a connection has been taken from it (process/taken.h): whoever is seen in the
 * queue may be the other generation's a moment later, and then accept() would sleep, or fail.
 *
 * What was reported before, and not accepted yet when it began to be shared or was given up, is
 * taken in the handler of the reserved signal: the supervisor tells the processes that have
 * reported such a listener (slot.polls).
 */
#ifndef GRACE_LISTENER_TAKE_H
#define GRACE_LISTENER_TAKE_H

#include <stdbool.h>

/* A wait call has found fd readable, a blocking listener or its placeholder: may it say so?  With
 * `edge` it does not say it twice of one connection. Keeps errno. */
bool take_found(int fd, bool edge);

/* Was the calling thread told of fd, and has not called accept() since? Once. */
bool take_was_told(int fd);

/* The child of a fork has been told of nothing. */
void take_forget(void);

/* In the handler: of each that was reported, before it is shared or given up. Keeps errno. */
void take_reported(void);

#endif
