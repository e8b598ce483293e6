/* SPDX-License-Identifier: ISC */
/* The timeline of a run, cut into as many columns as a picture has room for. */
#ifndef PROBE_COLUMNS_H
#define PROBE_COLUMNS_H

#include <stdint.h>

#include "probe/result/result.h"

struct column {
    int64_t begin, end; /* nanoseconds */
    uint64_t answers, failed;
    double rate[2];       /* answers a second, as in struct slot */
    double slowest, mean; /* microseconds; 0 without answers */
};

struct columns {
    struct column *all; /* at least one */
    unsigned used;
    int64_t length;           /* nanoseconds, never 0 */
    double fastest;           /* the highest rate, of both versions together */
    double quickest, slowest; /* the lowest mean and the longest time, microseconds */
};

/* `most` columns or less, of whole slots each: a slot that was cut in two would count half of what
 * happened in it to the wrong side of a gap. Ends the program if there is no memory. */
void columns_make(struct columns *columns, const struct result *result, unsigned most);
void columns_free(struct columns *columns);

/* The index of the column of a time. */
unsigned columns_at(const struct columns *columns, int64_t at);

/* When restart `n` (an index of `windows`) was over; if it never was, the end of its window. */
int64_t columns_restart_end(const struct columns *columns, const struct result *result, unsigned n);

#endif
