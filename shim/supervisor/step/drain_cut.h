/* SPDX-License-Identifier: ISC */
/* Connections that outlive the drain deadline, or are left no time: counted, named, and ended with
 * their generation. */
#ifndef GRACE_SUPERVISOR_STEP_DRAIN_CUT_H
#define GRACE_SUPERVISOR_STEP_DRAIN_CUT_H

#include "supervisor/generation/generation.h"

/* Logs each connection (peer, age, process) and begins to retire g. */
void drain_cut(struct generation *g);

#endif
