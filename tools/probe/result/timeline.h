/* SPDX-License-Identifier: ISC */
/*
 * What happened when: counters for each slot of time, from which pictures are drawn. The number of
 * slots is bounded: when they are used up, two become one, and the width doubles.
 */
#ifndef PROBE_TIMELINE_H
#define PROBE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMELINE_SLOTS = 65536, TIMELINE_WIDTH = 10000000 /* nanoseconds, at first */ };

struct slot {
    uint32_t answers[2]; /* of versions with an even and an odd index: old beside new */
    uint32_t failed;
    uint32_t slowest; /* microseconds */
    uint64_t sum;     /* microseconds, of all answers */
};

struct timeline {
    struct slot *slots; /* TIMELINE_SLOTS, zeroed pages that are used as time goes on */
    unsigned used;
    int64_t width; /* nanoseconds */
};

/* Ends the program if there is no memory. */
void timeline_begin(struct timeline *timeline);
void timeline_free(struct timeline *timeline);

void timeline_answer(struct timeline *timeline, int64_t now, uint64_t us, bool odd);
void timeline_failure(struct timeline *timeline, int64_t now);

/* The slots that begin from `begin` to `end` (nanoseconds, without `end`) as one: for a column of a
 * picture. Each is in one of columns that lie side by side; those narrower than a slot can be
 * empty. */
struct slot timeline_sum(const struct timeline *timeline, int64_t begin, int64_t end);

#endif
