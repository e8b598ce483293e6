/* SPDX-License-Identifier: ISC */
/* A generation has become ready, and serves from now on. */
#ifndef GRACE_SUPERVISOR_RESTART_SERVE_H
#define GRACE_SUPERVISOR_RESTART_SERVE_H

#include "supervisor/generation/generation.h"

/* After generation_confirm(): what it waits on is what the next one is to wait on. */
void serve_begin(struct generation *g);

/* It is the outcome of a restart: says so. */
void serve_restarted(void);

#endif
