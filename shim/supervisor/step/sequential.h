/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MODE=sequential, for servers that can't run twice (a locked data directory): the old
 * generation drains and ends, then the new one starts on the kept listeners.  Clients wait in the
 * kernel's queue meanwhile.  There is no old generation to go back to: a new one that fails is
 * tried again, with growing pauses, until one serves.
 */
#ifndef GRACE_SUPERVISOR_STEP_SEQUENTIAL_H
#define GRACE_SUPERVISOR_STEP_SEQUENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/state/generation.h"

/* Is such a restart under way? */
bool sequential_active(void);

void sequential_begin(void);

/* Its next generation is running, with what was on disk when it started. */
bool sequential_starting(void);

/* The last one has failed and is tried again after a pause. */
bool sequential_pausing(void);

/* If it pauses: no longer. */
bool sequential_hurry(void);

/* No process of the current generation is left. True when another one took its place, so that it
 * can be freed. */
bool sequential_gone(void);

/* The current generation's main process has ended, or its ready timeout is over, or it is ready. */
void sequential_died(struct generation *g);
void sequential_step(int64_t now);
void sequential_ready(void);

#endif
