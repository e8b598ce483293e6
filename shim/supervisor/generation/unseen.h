/* SPDX-License-Identifier: ISC */
/*
 * A process of the server listens where grace does not see it: it has no shim, or its calls go past
 * that.  The next generation can't have its address as long as this one lives, and clients lose
 * theirs when it ends.  So what counts is what clients of the server know and connect to; what a
 * process has opened for one client or for itself alone does not, as far as the kernel shows that.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_UNSEEN_H
#define GRACE_SUPERVISOR_GENERATION_UNSEEN_H

#include "supervisor/generation/generation.h"

/* Is there such a process now? g->unseen says which, and where (pid 0: there is none). */
bool unseen_look(struct generation *g);

/* "process 123 listens on port 80 unseen by libgrace.so", until the next call. */
const char *unseen_text(const struct generation *g);

#endif
