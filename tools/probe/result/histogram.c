/* SPDX-License-Identifier: ISC */
#include "probe/result/histogram.h"

/* Numbers below SUBCELLS have a cell each; above, those of each power of two share SUBCELLS. */
enum { SUBCELL_BITS = 6, SUBCELLS = 1 << SUBCELL_BITS };

static unsigned cell_of(uint32_t us)
{
    if (us < SUBCELLS)
        return us;
    unsigned shift = 31 - (unsigned)__builtin_clz(us) - SUBCELL_BITS;
    return shift * SUBCELLS + (us >> shift);
}

static uint64_t upper_edge(unsigned cell)
{
    if (cell < SUBCELLS)
        return cell;
    unsigned shift = cell / SUBCELLS - 1;
    return ((uint64_t)(cell % SUBCELLS + SUBCELLS + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t us)
{
    uint32_t counted = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;

    histogram->count++;
    histogram->sum += counted;
    if (counted > histogram->max)
        histogram->max = counted;
    histogram->cells[cell_of(counted)]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
    to->count += from->count;
    to->sum += from->sum;
    if (from->max > to->max)
        to->max = from->max;
    for (unsigned i = 0; i < HISTOGRAM_CELLS; i++)
        to->cells[i] += from->cells[i];
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    /* 99.9 is a bit more than it says in binary: not the next one for that. */
    double rank = percent / 100 * (double)histogram->count - 1e-6;
    uint64_t wanted = rank > 0 ? (uint64_t)rank + 1 : 1, seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_CELLS; i++) {
        seen += histogram->cells[i];
        if (seen >= wanted)
            return upper_edge(i) < histogram->max ? upper_edge(i) : histogram->max;
    }
    return histogram->max;
}
