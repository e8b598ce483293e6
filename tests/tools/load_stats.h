/* SPDX-License-Identifier: ISC */
/* What the clients of the load client saw, summed up. Every function locks. */
#ifndef LOAD_STATS_H
#define LOAD_STATS_H

#include "load_request.h"

/* Silence and the times of failures count from here. Each failure is a line in the file `failures`
 * if that is not NULL: its kind, when it began and ended (CLOCK_MONOTONIC), its port, and why. */
void stats_begin(const char *failures);

/* One request is over; it had begun at `begun`, on the running clock. */
void stats_add(enum outcome outcome, double begun, const struct answer *answer);

unsigned long stats_requests(void);
unsigned long stats_failed(void);

/* The last stretch of silence ends here. */
void stats_end(void);

/* `key value` lines on stdout. */
void stats_print(void);

#endif
