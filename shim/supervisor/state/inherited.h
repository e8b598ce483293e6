/* SPDX-License-Identifier: ISC */
/*
 * The listeners that this supervisor got from the process that has started it (../recovery.c). They
 * are a way to the listeners of that server where nobody may copy descriptors out of its processes
 * (Yama, a seccomp filter).
 */
#ifndef GRACE_SUPERVISOR_STATE_INHERITED_H
#define GRACE_SUPERVISOR_STATE_INHERITED_H

#include <stdbool.h>
#include <stddef.h>

/* Is it one? Then it is kept, and closed on exec. */
bool inherited_keep(int fd);

/* A copy of the next one from *at on, or -1. */
int inherited_copy(size_t *at);

void inherited_close(void);

#endif
