/* SPDX-License-Identifier: ISC */
/* Lines that a process of the server can cause: some at a time are for the log, more are counted.
 */
#ifndef GRACE_CHATTER_H
#define GRACE_CHATTER_H

#include <stdint.h>

struct generation;

/* A line about process `pid` of g. */
void chatter(struct generation *g, int pid, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says how many were left out: now, or when it is time. */
void chatter_end(struct generation *g);
void chatter_step(int64_t now);

#endif
