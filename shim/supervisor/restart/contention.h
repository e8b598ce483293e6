/* SPDX-License-Identifier: ISC */
/*
 * Does a generation not become ready because of a lock that the one which serves has?  Its
 * processes say which files they were refused, or sleep for (process/refusals.h); the kernel says
 * whether a process of the older one has them locked, and nothing else counts.  A segment of
 * shared memory that it finds in use is as good as a locked file, here and in what is said.
 *
 * Not every lock that is refused is needed: who serves all the same has not needed it, nor who has
 * bound one more listener since, or goes on when the generation ends.  And workers that take turns
 * at accept() sleep in a lock as a matter of course, also behind those of another generation: when
 * something is bound they are given until the ready timeout.
 */
#ifndef GRACE_SUPERVISOR_RESTART_CONTENTION_H
#define GRACE_SUPERVISOR_RESTART_CONTENTION_H

#include "supervisor/generation/generation.h"

/* "/var/lib/x/lock, process 123", until the next call, or NULL: there is none. */

/* It has ended before it was ready. */
const char *contention_of_ended(struct generation *g);

/* It is late. */
const char *contention_of_late(struct generation *g);

/* It lives: for a second it has slept, or has tried in vain. */
const char *contention_lasts(struct generation *g, int64_t now);

#endif
