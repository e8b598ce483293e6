/* SPDX-License-Identifier: ISC */
/*
 * The connections that a generation holds, as the kernel sees them: also those of helpers that
 * run without the shim and of processes that got them from others, and each one once, however
 * many processes have it.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_CONNECTIONS_H
#define GRACE_SUPERVISOR_GENERATION_CONNECTIONS_H

#include <stdbool.h>

#include "supervisor/generation/generation.h"
#include "supervisor/kernel/connections.h"

/* free(*conns) afterwards. 0 or -errno as kernel_connections(). */
int generation_connections(struct generation *g, struct kernel_connection **conns, size_t *n);

/* Is there one? On doubt, yes. Cheap while one is held by a process that was there before. */
bool generation_has_connections(struct generation *g);

/* Is there surely none, whatever its processes count? Where the kernel might not tell, false. */
bool generation_has_none(struct generation *g);

/* Sets g->internal: what only its own processes hold, at both ends, through UNIX listeners. None of
 * it is in the list, nor in what the others count. */
void generation_note_internal(struct generation *g);

/* Some of those that its members hold, the oldest among them: enough to name who a drain waits for.
 * free(*conns) afterwards. */
void generation_some_connections(struct generation *g, struct kernel_connection **conns, size_t *n);

/* How many clients were told that an answer is the last one, as its processes say. */
unsigned generation_told(const struct generation *g);

/* How many; what the processes have counted where the kernel doesn't tell, or takes too long: for
 * each of more than a thousand 10 us. */
unsigned generation_count_connections(struct generation *g);

#endif
