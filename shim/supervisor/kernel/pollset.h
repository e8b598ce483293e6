/* SPDX-License-Identifier: ISC */
/*
 * What the supervisor waits for: filled anew for each wait, of any size.  Where memory does not
 * suffice for all of it, what is left out is tried every POLLSET_CROWDED_MS.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_POLLSET_H
#define GRACE_SUPERVISOR_KERNEL_POLLSET_H

#include <stddef.h>

enum { POLLSET_CROWDED_MS = 100 };

void pollset_clear(void);

/* Waits for fd (-1: nobody), too. What to ask pollset_ready() for afterwards. */
size_t pollset_add(int fd, short events);

/* What of it has come: 0 for nothing. All of it, where nobody could look. */
short pollset_ready(size_t place);

/* Waits for any of it, so long at most (-1: for ever). -errno where all of it could not be waited
 * for, else 0. */
int pollset_wait(int timeout_ms);

/* How much is in it. */
size_t pollset_size(void);

#endif
