/* SPDX-License-Identifier: ISC */
/*
 * GRACE_WORKERS: several copies of the server serve the same listeners, a generation each.  Every
 * generation is a worker, and has the number, from 1 on, of the one whose place it takes; with one
 * worker, the rule, all that is said here is about `supervisor.current` alone.
 *
 * `supervisor.workers` are wanted, and of `supervisor.version`, the number of the first generation
 * that was started for the version that all are to be of.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_WORKERS_H
#define GRACE_SUPERVISOR_GENERATION_WORKERS_H

#include "supervisor/generation/generation.h"

/* It is one of those that serve, and not only kept for a probation. */
bool worker_serves(const struct generation *g);

/* The youngest that serves beside g, or NULL. Where the server ends: that has not ended yet. */
struct generation *worker_other(const struct generation *g);

/* Whose place g takes, or NULL: it has one of its own. */
struct generation *worker_before(const struct generation *g);

/* The lowest number that none of this version has, 0: all have one. */
unsigned worker_missing(void);

/* How many serve; of these, how many are of this version. */
unsigned workers_serving(void);
unsigned workers_of_version(void);

/* What another one than g accepts on does not go with g. */
bool workers_use_beside(const struct generation *g, const struct listener *h);

/* The version is the one that serves, old as it may be: the present one has failed. */
void workers_keep_version(void);

/* Where one alone serves it removes what it has made, as its author meant it to. */
void workers_own_paths(void);

#endif
