/* SPDX-License-Identifier: ISC */
/* One line on a terminal that tells how the run goes, written over itself. */
#ifndef PROBE_LIVE_H
#define PROBE_LIVE_H

#include <stdint.h>

#include "probe/result/result.h"

enum { LIVE_EVERY = 250000000 }; /* nanoseconds between two lines: fast enough to see a gap */

/* Is standard error a terminal that can write over a line (TERM isn't dumb)? */
bool live_wanted(void);

/* Writes the line for `now`: time, answers a second since the last one, slowest answer since,
 * failures, which restart it is (`of` 0: not known how many) and whether it is going on. As wide as
 * the terminal at most. A write that would block is left out: nobody waits for a terminal. */
void live_update(const struct result *result, int64_t now, unsigned of);

/* Takes the line away. */
void live_end(void);

#endif
