/* SPDX-License-Identifier: ISC */
/* The pauses between attempts that fail: longer each time, up to a bound. */
#ifndef GRACE_SUPERVISOR_RESTART_BACKOFF_H
#define GRACE_SUPERVISOR_RESTART_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_LEAST_MS = 500, BACKOFF_MOST_MS = 30000 };

/* This pause, and *pause becomes the next one.  0 is a first one that is none. */
int64_t backoff_next(int64_t *pause);

#endif
