/* SPDX-License-Identifier: ISC */
/* Lines that a process of the server can cause: some at a time are for the log, more are counted.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_LOG_LIMIT_H
#define GRACE_SUPERVISOR_GENERATION_LOG_LIMIT_H

#include <stdint.h>

struct generation;

/* A line about process `pid` of g. */
void log_limited(struct generation *g, int pid, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says how many were left out: now, or when it is time. */
void log_limit_end(struct generation *g);
void log_limit_step(int64_t now);

#endif
