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

/* Says so, once: true. */
bool unwrapped_step(int64_t now);

/* Why the server can't be restarted, by a look at it now, or NULL. */
const char *unwrapped_refusal(void);

/* Then: passes the restart signal on to a server that handles it itself.  What is to be said of
 * that. */
const char *unwrapped_pass_on(void);

#endif
