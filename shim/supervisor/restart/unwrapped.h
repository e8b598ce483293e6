/* SPDX-License-Identifier: ISC */
/*
 * A server that can't be restarted because grace does not see what it does: it runs without the
 * shim, or what listens makes its system calls past it, as Go does.  What the kernel shows decides,
 * not how long it takes: a server that may still load the shim is starting.  A wrapper may execute
 * one that does so later, so what was said is taken back then.
 */
#ifndef GRACE_SUPERVISOR_RESTART_UNWRAPPED_H
#define GRACE_SUPERVISOR_RESTART_UNWRAPPED_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/generation/generation.h"

/* Says so, once: true. */
bool unwrapped_step(int64_t now);

/* Why the server can't be restarted, by a look at it now, or NULL. */
const char *unwrapped_refusal(void);

/* May g, which is ready else, be called so?  Not a new one of which a part is unseen: its deadline
 * is near then, and g->unseen says what is wrong.  One that has nobody before it serves all the
 * same, and a line says so. */
bool unwrapped_may_serve(struct generation *g);

/* No restart: passes the restart signal on to a server that handles it itself.  What is to be said
 * of that. */
const char *unwrapped_pass_on(void);

#endif
