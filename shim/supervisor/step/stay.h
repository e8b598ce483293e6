/* SPDX-License-Identifier: ISC */
/*
 * Private listeners (generation/private.h) stay with their generation while it drains: its
 * processes go on accepting there, for clients that they have may need it.  Our copy is kept,
 * should the next one bind the name after all, until they have it no more.
 */
#ifndef GRACE_SUPERVISOR_STEP_STAY_H
#define GRACE_SUPERVISOR_STEP_STAY_H

#include "supervisor/generation/generation.h"

/* Generation g begins to drain: those of its listeners that stay are marked, for its processes.
 * Before what nobody wants is released. */
void stay_begin(struct generation *g);

/* The serving generation has bound what it binds: what differs from the names before will differ
 * again. */
void stay_compare(void);

/* This one is served by a new generation: it stays no more. */
void stay_end(struct listener *h);

/* Nothing stays any more, for the generation has ended, and clients wait for the next one. */
void stay_end_all(void);

/* Releases those whose generations have ended. */
void stay_step(void);

#endif
