/* SPDX-License-Identifier: ISC */
#include "supervisor/step/max_old.h"

#include <signal.h>

#include "protocol/clock.h"
#include "supervisor/generation/generation.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { SPARED_MS = 3000 }; /* what each is left: restarts may follow each other fast */

/* Also while it finishes what it has promised: a program that takes its time would pile up. */
static bool is_old(const struct generation *g)
{
    return g != supervisor.current && (g->state == GENERATION_DRAINING ||
                                       (g->state == GENERATION_RETIRING && g->killed != SIGKILL));
}

/* The n-th youngest, or NULL. The last one of all is not old. */
static struct generation *nth_old(int n)
{
    struct generation *g;

    TAILQ_FOREACH_REVERSE (g, &generation_list, generation_list, link)
        if (is_old(g) && --n == 0)
            return g;
    return NULL;
}

/* Of each worker. */
static int most(void)
{
    return supervisor.options.max_old * (int)supervisor.workers;
}

void max_old_enforce(void)
{
    struct generation *g;

    for (int n = most() + 1; (g = nth_old(n)); n++) {
        log_line(LEVEL_WARNING, "more than %d old generations: generation %u has to go", most(),
                 g->number);
        g->deadline = clock_ms();
        g->surplus = true;
    }
}

int64_t max_old_room_at(void)
{
    const struct generation *g = nth_old(most());

    return g ? g->draining + SPARED_MS : 0;
}
