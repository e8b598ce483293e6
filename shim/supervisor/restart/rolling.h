/* SPDX-License-Identifier: ISC */
/*
 * GRACE_WORKERS: a restart replaces the workers one by one, each by a generation that becomes ready
 * beside all others before the one whose place it takes drains.  Where one fails the restart ends
 * there: those that were replaced are of the new version, the others go on.
 *
 * A worker that is missing (the server has just started, more are wanted, or one has died) is
 * started in the same way, and that is no restart: `supervisor.grows`.
 */
#ifndef GRACE_SUPERVISOR_RESTART_ROLLING_H
#define GRACE_SUPERVISOR_RESTART_ROLLING_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* So many are wanted from now on. */
void rolling_want(unsigned workers);

/* Nothing else is going on: those that are too many begin to drain, and whoever wanted another
 * number is told (EVENT_SCALED) when it is reached. True: a missing one is to be started now. */
bool rolling_step(int64_t now);

/* It is not, for this reason, and is looked for again. */
void rolling_refused(const char *why);

/* A worker has ended. False: it was the only one, or is no other's equal, and others decide. */
bool rolling_lost(struct generation *g, const char *how);

/* The missing one did not become ready. */
void rolling_grow_failed(unsigned number, const char *why);

/* All have died: what was going on is forgotten. */
void rolling_end(void);

/* One has become ready, and the one before accepts no more: what is next?  With the end of the
 * restart, that is said. */
enum phase rolling_on(void);

/* In PHASE_ROLLING: may the next one start now?  NULL, or why the restart has failed. */
bool rolling_may_go_on(int64_t now);
const char *rolling_failure(void);

/* So it has. */
enum phase rolling_failed(const char *why);

#endif
