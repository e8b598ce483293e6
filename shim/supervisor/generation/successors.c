/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/successors.h"

#include <time.h>

enum { LATER_MS = 1000 }; /* some write a file when they serve already */

/* The clock by which the kernel dates files: it may be behind the exact one. */
static int64_t file_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

void successors_begin(const struct generation *next)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g == next)
            continue;
        if (g->state < GENERATION_DRAINING || atomic_load(&g->page->successor_from) == 0)
            atomic_store(&g->page->successor_from, file_time());
        atomic_store(&g->page->successor_until, INT64_MAX);
    }
}

void successors_end(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (atomic_load(&g->page->successor_until) == INT64_MAX)
            atomic_store(&g->page->successor_until, file_time() + LATER_MS);
}
