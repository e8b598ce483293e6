/* SPDX-License-Identifier: ISC */
/*
 * O_NONBLOCK of a listener is virtual: the flag is the open file's, and two generations that share
 * it would change it for each other.  What this server believes stands in the table of descriptors
 * (FD_NONBLOCK), one load in each accept(), and in the page (LISTENER_NONBLOCK), for processes that
 * inherit the listener and for the supervisor, which sets the real flag during an overlap and keeps
 * what was believed (its listener.nonblock).  Both are written here only.  Whoever believes to
 * block then sleeps in wait/blocking.
 */
#ifndef GRACE_LISTENER_NONBLOCK_H
#define GRACE_LISTENER_NONBLOCK_H

#include <stdbool.h>

/* Listeners that the server believes to be blocking exist here. */
extern bool nonblock_any_blocking;

/* The shared flag as it is. */
bool nonblock_is_set(int fd);

/* What the server believes of listener `index`, for the page. */
void nonblock_believed(int index, bool on);

/* Outside an overlap the shared flag is the server's; within one only O_NONBLOCK can be forced,
 * for the other generation emulates what its server believes (wait/accept.h). */
void nonblock_apply(int fd, bool nonblock);

/* Sets the flag itself, for a listener that is shared or about to be given up. */
void nonblock_force(int fd);

/* The server changes O_NONBLOCK. */
void nonblock_set(int fd, bool on);

#endif
