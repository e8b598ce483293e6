/* SPDX-License-Identifier: ISC */
/*
 * The listeners that the supervisor was started with.  It gets them from the process of a server
 * that starts it anew (exec/recovery.c): a way to the listeners of that server where nobody may
 * copy descriptors out of its processes (Yama, a seccomp filter).
 */
#ifndef GRACE_SUPERVISOR_STATE_INHERITED_H
#define GRACE_SUPERVISOR_STATE_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

/* Is it a listener? Then it is kept, and closed on exec. */
bool inherited_keep(int fd);

/* A copy of the next one from *at on, or -1. */
int inherited_copy(size_t *at);

void inherited_close(void);

#endif
