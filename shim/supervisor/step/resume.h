/* SPDX-License-Identifier: ISC */
/*
 * With GRACE_READY=notify or delay the user says when a new generation can answer.  Until then it
 * is held back: where the one before serves it hears nothing (shim/suspend.h).  Here it is let go.
 */
#ifndef GRACE_SUPERVISOR_STEP_RESUME_H
#define GRACE_SUPERVISOR_STEP_RESUME_H

#include "supervisor/state/generation.h"

/* It is ready: lets it go if it was held back. */
void resume_begin(struct generation *g);

/* Tells its processes until all of them hear. */
void resume_step(int64_t now);

/* Is the one before still to serve, for not all of them do? */
bool resume_awaited(int64_t now);

#endif
