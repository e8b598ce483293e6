/* SPDX-License-Identifier: ISC */
/*
 * A new generation failed before it was ready, or in its probation: it is ended, or drained if it
 * may have clients (drain_abandon()), and the one before goes on.  That one has never stopped
 * accepting; it gets back what the new one had been given: paths, pid file, terminal.  In
 * sequential mode there is nobody to go back to (sequential_failed()).
 */
#ifndef GRACE_SUPERVISOR_RESTART_ROLLBACK_H
#define GRACE_SUPERVISOR_RESTART_ROLLBACK_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* Each returns the phase that follows. g: what it bound itself goes with it. */
enum phase rollback(struct generation *g, const char *reason);

/* The same while the server is to stop anyway. */
enum phase rollback_at_end(struct generation *g, const char *reason);

/* It had been ready: the one before serves again. */
enum phase rollback_probation(struct generation *g, const char *reason);

#endif
