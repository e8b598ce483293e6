/* SPDX-License-Identifier: ISC */
#include "supervisor/step/drain.h"

#include "protocol/clock.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/slots.h"
#include "supervisor/generation/workers.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/max_old.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/release.h"
#include "supervisor/step/retire.h"
#include "supervisor/step/stay.h"

/* Before any listener is released. */
static void note_begin(struct generation *g)
{
    g->draining = clock_ms();
    g->owed = slots_count(g).connections;
    g->deadline = g->draining + supervisor.options.drain_timeout;
    g->stopped_accepting = g->handed_over = false;
    g->told = 0;
    g->told_unnamed = false;
    for (unsigned i = 0; i < g->entries; i++)
        g->datagrams |= g->bound[i] && g->bound[i]->socket.type == SOCK_DGRAM;
}

void drain_begin(struct generation *g)
{
    note_begin(g);
    g->state = GENERATION_DRAINING;
    stay_begin(g);
    release_unwanted();
    pass_begin(g);
    log_line(LEVEL_INFO, "generation %u draining", g->number);
    event(EVENT_DRAINING, g->number, "");
    max_old_enforce();
}

void drain_hurry(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING) {
            g->deadline = clock_ms();
            g->hurried = true;
        }
    supervisor_wake_in(0);
}

/* It may be about to accept even now, so that killing it at once would cost that client. */
static bool may_have_clients(struct generation *g)
{
    return generation_listeners(g).used > 0 && slots_count(g).processes > 0;
}

void drain_abandon(struct generation *g)
{
    struct listener *h;
    bool drain;

    detached_part(g);
    drain = may_have_clients(g); /* before its own listeners are forgotten */
    note_begin(g);
    TAILQ_FOREACH (h, &listener_list, link) /* what only it has bound */
        if (generation_uses(g, h) && !workers_use_beside(g, h)) {
            generation_forget(h);
            listener_release(h, g->number);
        }
    generation_attention(g, ATTENTION_DRAINING, 0);
    if (drain)
        g->state = GENERATION_DRAINING;
    else
        retire_kill(g);
}

/* Else each start that fails would add some. */
static void release_own(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++) {
        struct listener *h = g->bound[i];

        if (h && (g->known[i] & LISTENER_USED) == LISTENER_LISTENING) {
            generation_forget(h);
            listener_release(h, g->number);
        }
    }
}

void drain_left(struct generation *g)
{
    note_begin(g);
    if (g->state == GENERATION_STARTING)
        release_own(g);
    generation_attention(g, ATTENTION_DRAINING, 0);
    if (g->exited)
        retire_begin(g);
    else
        retire_kill(g);
}
