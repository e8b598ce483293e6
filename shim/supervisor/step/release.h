/* SPDX-License-Identifier: ISC */
/*
 * Listeners that the serving generation has closed: a copy in it may be another process's, so what
 * the kernel shows decides.  One look is enough for all of which it is time, and looking takes a
 * tenth of a processor at most: a server may open and close hundreds a second.
 */
#ifndef GRACE_SUPERVISOR_STEP_RELEASE_H
#define GRACE_SUPERVISOR_STEP_RELEASE_H

#include "supervisor/generation/generation.h"

/* Releases those that nobody has --settle after they were closed, members of an SO_REUSEPORT group
 * and others that no process is waited for (LISTENER_BRIEF) at once. */
void release_step(int64_t now);

/* It is shut, or nobody has it any more. */
void release_listener(struct generation *g, unsigned index);

#endif
