/* SPDX-License-Identifier: ISC */
/* The old generation is to take no new connection, and to finish those it has. */
#ifndef GRACE_SUPERVISOR_STEP_DRAIN_H
#define GRACE_SUPERVISOR_STEP_DRAIN_H

#include "supervisor/generation/generation.h"

void drain_begin(struct generation *g);

/* All that drain are to end now: what they still have is cut. */
void drain_hurry(void);

/* A generation that failed: ended at once, unless it may have taken connections already. */
void drain_abandon(struct generation *g);

/* What is left of one that has died by itself, or failed with nobody beside it: ended, with the
 * stop signal where the main process has gone already.  Until then it accepts no more.  What it
 * served stays for the next one. */
void drain_left(struct generation *g);

#endif
