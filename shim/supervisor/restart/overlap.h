/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MODE=overlap, the rule: the next generation becomes ready beside the one that serves. If it
 * does not, it is rolled back (rollback.h) and that one has noticed nothing; with GRACE_PROBATION
 * there is a way back for a while even when it has.
 */
#ifndef GRACE_SUPERVISOR_RESTART_OVERLAP_H
#define GRACE_SUPERVISOR_RESTART_OVERLAP_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* Each does what is due and returns the phase that follows. */

/* Starts the next generation: the first one of a restart, the next one of several workers, one of
 * these that is missing. */
enum phase overlap_begin(void);
enum phase overlap_next(void);
enum phase overlap_grow(void);

/* It serves, the one before drains or, in a probation, is kept. */
enum phase overlap_ready(struct generation *g);

/* The probation is over, or pointless, for the one before has ended: there is no way back. */
enum phase overlap_stays(void);
enum phase overlap_old_lost(const struct generation *g, const char *how);

/* The one before accepts no more, or does not say so in time: this is the end of the restart. */
enum phase overlap_done(void);

#endif
