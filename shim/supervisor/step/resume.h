/* SPDX-License-Identifier: ISC */
/*
 * With GRACE_READY=notify or delay the user says when a new generation can answer.  Until then it
 * is suspended: where the one before serves, nothing arrives at it (listener/suspend.h).
 */
#ifndef GRACE_SUPERVISOR_STEP_RESUME_H
#define GRACE_SUPERVISOR_STEP_RESUME_H

#include "supervisor/generation/generation.h"

/* It is ready: it serves, if it was suspended. */
void resume_begin(struct generation *g);

/* Tells its processes until all of them have resumed. */
void resume_step(int64_t now);

/* Is the one before still to serve, for not all of them do? */
bool resume_awaited(int64_t now);

#endif
