/* SPDX-License-Identifier: ISC */
/*
 * Listeners that are let go.  Those that no process of the server has any more, but in a restart
 * those that another generation has or may get: what the kernel shows decides.  A witness makes
 * that cheap as long as it has the listener; else one look is enough for all of which it is time,
 * and looking takes a tenth of a processor at most, for a server may open and close hundreds a
 * second. And those that no generation wants: they leave when their queue is empty.
 */
#ifndef GRACE_SUPERVISOR_STEP_RELEASE_H
#define GRACE_SUPERVISOR_STEP_RELEASE_H

#include "supervisor/generation/generation.h"

/* Releases those that nobody has, once they were closed or their witness has ended, and answers the
 * processes that wait for that.  Looks who has got what he was sent. */
void release_step(int64_t now);

/* It is shut, or nobody has it any more. */
void release_listener(struct generation *g, unsigned index);

/* Those leave that the serving generation has no use for; or those that it serves, for nobody is
 * to serve any more. */
void release_unwanted(void);
void release_served(void);

/* This one adopts the listener: if it was to leave, it stays. */
void release_spare(const struct generation *by, struct listener *h);

/* Is there nobody in the queues of those that leave?  Then they can go, as soon as no generation
 * accepts from them. */
bool release_is_empty(void);
const struct listener *release_queue(void); /* the first where there is somebody, or NULL */
void release_emptied(void);

#endif
