/* SPDX-License-Identifier: ISC */
/*
 * A server that can't be restarted because grace does not see what it does: it runs without the
 * shim, or what listens makes its system calls past it, as Go does.
 */
#ifndef GRACE_SUPERVISOR_RESTART_UNWRAPPED_H
#define GRACE_SUPERVISOR_RESTART_UNWRAPPED_H

#include <stdbool.h>
#include <stdint.h>

/* Says so, once: true. */
bool unwrapped_step(int64_t now);

/* Why the server can't be restarted, or NULL. */
const char *unwrapped_refusal(void);

#endif
