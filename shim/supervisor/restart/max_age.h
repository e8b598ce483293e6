/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MAX_AGE: a generation that has served for so long is restarted, as by a request.  Where
 * that fails, or is refused, it is tried again when the time has passed once more.
 */
#ifndef GRACE_SUPERVISOR_RESTART_MAX_AGE_H
#define GRACE_SUPERVISOR_RESTART_MAX_AGE_H

#include <stdbool.h>
#include <stdint.h>

/* Nothing else is going on: has the one that serves reached it? Once, and the log says so; looks
 * again when it will. */
bool max_age_reached(int64_t now);

#endif
