/* SPDX-License-Identifier: ISC */
/*
 * With GRACE_READY=notify or delay the user says when a new generation can answer.  Until then it
 * is held back: where the one before serves it hears nothing (shim/suspend.h).  Here it is let go.
 */
#ifndef GRACE_HEARING_H
#define GRACE_HEARING_H

#include "supervisor/state/generation.h"

/* It is ready: lets it go if it was held back. */
void hearing_begin(struct generation *g);

/* Tells its processes until all of them hear. */
void hearing_step(int64_t now);

/* Is the one before still to serve, for not all of them do? */
bool hearing_awaited(int64_t now);

#endif
