/* SPDX-License-Identifier: ISC */
/*
 * Ending a generation: it is asked to, with its stop signal, so that it finishes what it has
 * promised and writes what it has buffered, and has GRACE_STOP_TIMEOUT for that; then, or at once
 * where nobody is to be asked, it is killed.  What its exit would take from its successor is
 * guarded in its processes (listener/path_guard).  Gone means that no process of the tree is left.
 */
#ifndef GRACE_SUPERVISOR_STEP_RETIRE_H
#define GRACE_SUPERVISOR_STEP_RETIRE_H

#include "supervisor/generation/generation.h"

/* As GRACE_STOP_SIGNAL says, by default as the program wants to be asked (state/stop_signals.h):
 * its main process, and, where that has ended, those that serve without a parent in the tree. */
void retire_begin(struct generation *g);

/* At once: it never served, or has failed. */
void retire_kill(struct generation *g);

void retire_step(int64_t now);

#endif
