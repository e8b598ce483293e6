/* SPDX-License-Identifier: ISC */
/* A generation begins with its page, and ends with all that was kept for it. */
#ifndef GRACE_SUPERVISOR_GENERATION_CREATE_H
#define GRACE_SUPERVISOR_GENERATION_CREATE_H

#include "supervisor/generation/generation.h"

/* A new one with a page that offers every listener of the store and names the processes of the
 * others. NULL with errno. */
struct generation *generation_new(unsigned number, uint32_t attention);

/* One that another supervisor has started, by the memfd of its page, which is its own from now on;
 * its main process is no child of ours, so it counts as exited. NULL with errno. */
struct generation *generation_take_over(int memory);

void generation_free(struct generation *g);

#endif
