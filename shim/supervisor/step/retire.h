/* SPDX-License-Identifier: ISC */
/*
 * Ending a generation: a stop signal to its main process and GRACE_STOP_TIMEOUT, or SIGKILL at
 * once.  SIGKILL is the rule after a drain: an exit of its own would unlink the successor's pid
 * file or socket.  Gone means that no process of the tree is left.
 */
#ifndef GRACE_SUPERVISOR_STEP_RETIRE_H
#define GRACE_SUPERVISOR_STEP_RETIRE_H

#include "supervisor/generation/generation.h"

/* sig 0: SIGKILL. */
void retire_begin(struct generation *g, int sig);

void retire_step(int64_t now);

#endif
