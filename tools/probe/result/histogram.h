/* SPDX-License-Identifier: ISC */
/*
 * Durations, counted so that percentiles are right to 1/64 of their value: each power of two has 64
 * cells of equal width. Of fixed size, so that an hour takes no more memory than a second.
 */
#ifndef PROBE_HISTOGRAM_H
#define PROBE_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_CELLS = 64 * 27 }; /* up to 2^32 microseconds: more than an hour */

struct histogram {
    uint64_t count;
    uint64_t sum; /* microseconds */
    uint32_t max; /* microseconds */
    uint32_t cells[HISTOGRAM_CELLS];
};

/* One more of so many microseconds; what is longer than fits counts as the longest that does. */
void histogram_add(struct histogram *histogram, uint64_t us);

/* Adds up `from` into `to`. */
void histogram_merge(struct histogram *to, const struct histogram *from);

/* That many microseconds or less took `percent` (0 to 100) of them: the upper edge of the cell,
 * never more than the longest. 0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);

#endif
