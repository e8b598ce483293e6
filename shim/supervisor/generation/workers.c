/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/workers.h"

#include "supervisor/generation/listeners.h"
#include "supervisor/state/supervisor.h"

bool worker_serves(const struct generation *g)
{
    return g == supervisor.current || (g->state == GENERATION_SERVING && g != supervisor.standby);
}

/* Of one worker whatever else there is has drained before: it is seen to its end in any case. */
static bool is_to_end(const struct generation *g)
{
    return phase_stops() && supervisor.workers > 1 && g->state != GENERATION_RETIRED &&
           g != supervisor.next;
}

struct generation *worker_other(const struct generation *g)
{
    struct generation *other;

    TAILQ_FOREACH_REVERSE (other, &generation_list, generation_list, link)
        if (other != g && ((other->state == GENERATION_SERVING && other != supervisor.standby) ||
                           is_to_end(other)))
            return other;
    return NULL;
}

struct generation *worker_before(const struct generation *g)
{
    struct generation *other;

    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g && other->state == GENERATION_SERVING && other->worker == g->worker)
            return other;
    return NULL;
}

static bool is_of_version(const struct generation *g)
{
    return g->state == GENERATION_SERVING && g->number >= supervisor.version;
}

static bool has_number(unsigned worker)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->worker == worker && is_of_version(g))
            return true;
    return false;
}

unsigned worker_missing(void)
{
    for (unsigned worker = 1; worker <= supervisor.workers; worker++)
        if (!has_number(worker))
            return worker;
    return 0;
}

unsigned workers_serving(void)
{
    const struct generation *g;
    unsigned n = 0;

    TAILQ_FOREACH (g, &generation_list, link)
        n += g->state == GENERATION_SERVING;
    return n;
}

unsigned workers_of_version(void)
{
    const struct generation *g;
    unsigned n = 0;

    TAILQ_FOREACH (g, &generation_list, link)
        n += is_of_version(g);
    return n;
}

bool workers_use_beside(const struct generation *g, const struct listener *h)
{
    const struct generation *other;

    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g && worker_serves(other) && generation_uses(other, h))
            return true;
    return false;
}

void workers_keep_version(void)
{
    const struct generation *g;

    supervisor.version = 0;
    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_SERVING && supervisor.version == 0)
            supervisor.version = g->number;
}

void workers_own_paths(void)
{
    if (!worker_other(supervisor.current))
        generation_own_paths(supervisor.current);
}
