/* SPDX-License-Identifier: ISC */
/*
 * The old generation: takes no new connection, finishes those it has.  Listeners that the new one
 * does not want are emptied first.  It has drained when its counters say so and the kernel agrees
 * (state/generation_connections.h): that also sees connections in programs without the shim.
 */
#ifndef GRACE_SUPERVISOR_STEP_DRAIN_H
#define GRACE_SUPERVISOR_STEP_DRAIN_H

#include "supervisor/generation/generation.h"

void drain_begin(struct generation *g);

/* A generation that failed: ended at once, unless it may have taken connections already. */
void drain_abandon(struct generation *g);

/* Looks at every draining generation. */
void drain_step(int64_t now);

#endif
