/* SPDX-License-Identifier: ISC */
#include "supervisor/step/nonblock.h"

#include "supervisor/generation/generation.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/lost_wakeup.h"
#include "supervisor/step/outsiders.h"
#include "supervisor/step/pass.h"

/* A supervisor that was killed may have begun it. */
static bool overlaps(const struct generation *g)
{
    return g->attention & ATTENTION_OVERLAP;
}

static bool is_believed(const struct generation *g, unsigned index)
{
    return (g->page->listeners[index].flags & LISTENER_NONBLOCK) != 0;
}

/* Once the shared flag is forced, a socket no longer tells what the server made of it. */
static void note_beliefs(const struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i])
            g->bound[i]->nonblock = is_believed(g, i);
}

static void note_flags(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        h->nonblock = listener_is_nonblock(h);
}

void nonblock_note(void)
{
    outsiders_look();
    if (overlaps(supervisor.current))
        note_beliefs(supervisor.current);
    else
        note_flags();
}

void nonblock_begin(void)
{
    struct generation *g;
    struct listener *h;

    nonblock_note();
    lost_wakeup_begin();
    TAILQ_FOREACH (g, &generation_list, link)
        generation_attention(g, ATTENTION_OVERLAP, 0);
    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.type != SOCK_DGRAM) /* recv() and read() are not watched */
            listener_force_nonblock(h, !h->outside || h->nonblock);
    TAILQ_FOREACH (g, &generation_list, link)
        slots_tell(g, SLOTS_POLLING);
}

void nonblock_restore(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (!h->outside)
            listener_force_nonblock(h, h->nonblock);
}

/* One that is being ended may not have stopped accepting, for it was rolled back, or did not drain
 * in time: then it counts until it has gone. */
bool nonblock_shared(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g != supervisor.current && !(g->state >= GENERATION_DRAINING && g->stopped_accepting))
            return true;
    return false;
}

/* Each, or what the server has changed since.  Is there such a one? */
static bool give_back(const struct generation *g, bool each)
{
    bool any = false;

    for (unsigned i = 0; i < g->entries; i++) {
        struct listener *h = g->bound[i];
        bool believed = is_believed(g, i);

        if (!h || h->outside || h->stays || (!each && h->nonblock == believed))
            continue;
        h->nonblock = believed;
        listener_force_nonblock(h, believed);
        any = true;
    }
    return any;
}

/* A server that changes the flag says so, and looks whether that is left to us: one that has seen
 * the overlap just before its end is served by a second look. Nobody runs after one that
 * goes on. */
void nonblock_step(void)
{
    struct generation *g = supervisor.current;
    unsigned looks = 4;

    if (!overlaps(g) || nonblock_shared() || pass_awaited() || lost_wakeup_awaited())
        return;
    note_beliefs(g);
    give_back(g, true);
    generation_attention(g, 0, ATTENTION_OVERLAP);
    while (looks-- > 0 && give_back(g, false))
        ;
}
