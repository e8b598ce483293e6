/* SPDX-License-Identifier: ISC */
#include "supervisor/step/nonblock.h"

#include <stdbool.h>

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

static bool overlapping;

/* Once the shared flag is forced, a socket no longer tells what the server made of it. */
static void note_beliefs(const struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i])
            g->bound[i]->nonblock = (g->page->listeners[i].flags & LISTENER_NONBLOCK) != 0;
}

static void note_flags(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        h->nonblock = listener_is_nonblock(h);
}

void nonblock_begin(void)
{
    struct generation *g;
    struct listener *h;

    if (overlapping)
        note_beliefs(supervisor.current);
    else
        note_flags();
    overlapping = true;
    TAILQ_FOREACH (g, &generation_list, link)
        generation_attention(g, ATTENTION_OVERLAP, 0);
    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.type != SOCK_DGRAM) /* recv() and read() are not watched */
            listener_force_nonblock(h, true);
}

void nonblock_resume(void)
{
    overlapping = true;
}

/* One that is being ended counts until it has gone: it may not have stopped accepting, for it was
 * rolled back, or did not drain in time. */
static bool others_accept(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g != supervisor.current && !(g->state == GENERATION_DRAINING && g->stopped_accepting))
            return true;
    return false;
}

void nonblock_step(void)
{
    struct generation *g = supervisor.current;

    if (!overlapping || others_accept())
        return;
    overlapping = false;
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i])
            listener_force_nonblock(g->bound[i],
                                    (g->page->listeners[i].flags & LISTENER_NONBLOCK) != 0);
    generation_attention(g, 0, ATTENTION_OVERLAP);
}
