/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/serve.h"

#include <stdio.h>

#include "protocol/clock.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/resume.h"

/* Ready all the same, after GRACE_SETTLE: one that has come since then is just being set up. */
static bool was_waited_for(const struct generation *g, const struct generation_listeners *l)
{
    return supervisor.options.ready == READY_AUTO && l->waited < l->used &&
           clock_ms() - g->changed >= supervisor.options.settle;
}

static void report_ready(struct generation *g)
{
    struct generation_listeners l = generation_listeners(g);

    g->ready_ms = clock_ms() - g->started;
    log_line(LEVEL_INFO, "generation %u %s in %lld ms (%u listener%s)", g->number,
             g->unwrapped ? "serves, and not all is seen," : "ready", (long long)g->ready_ms,
             l.used, l.used == 1 ? "" : "s");
    event(EVENT_READY, g->number, "");
    if (was_waited_for(g, &l))
        log_line(LEVEL_WARNING, "%u of %u listeners are not waited on; restarts will not expect it",
                 l.used - l.waited, l.used);
}

/* What the serving generation waits on, the next one has to wait on too. */
static void note_expectations(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i])
            g->bound[i]->waited = (g->page->listeners[i].flags & LISTENER_WAITED) != 0;
}

void serve_begin(struct generation *g)
{
    g->state = GENERATION_SERVING;
    g->deadline = CLOCK_NEVER;
    report_ready(g);
    note_expectations(g);
    generation_attention(g, 0, ATTENTION_STARTING);
    resume_begin(g);
    detached_note(g);
}

void serve_restarted(void)
{
    char text[64];

    snprintf(text, sizeof text, "generation %u ready in %lld ms", supervisor.current->number,
             (long long)supervisor.current->ready_ms);
    event(EVENT_SUCCEEDED, supervisor.current->number, text);
}
