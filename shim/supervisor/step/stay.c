/* SPDX-License-Identifier: ISC */
#include "supervisor/step/stay.h"

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

/* The serving one drains where it has no successor yet: what others use waits for that. */
static bool stays(const struct generation *g, const struct listener *h)
{
    if (h->leaving || h->socket.fd < 0 || !generation_uses(g, h))
        return false;
    if (g == supervisor.current)
        return private_is(h);
    return !generation_serves(supervisor.current, h) && private_stays(supervisor.current, h);
}

/* Who sleeps in accept() would count as one who may still get a client. */
static void keep(struct generation *g, unsigned index)
{
    struct listener *h = g->bound[index];

    if (h->socket.type != SOCK_DGRAM && !h->outside)
        listener_force_nonblock(h, true);
    h->stays = true;
    atomic_fetch_or(&g->page->listeners[index].flags, LISTENER_STAYS);
    log_line(LEVEL_DEBUG, "%s stays until generation %u ends", h->address, g->number);
}

void stay_begin(struct generation *g)
{
    private_note();
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && stays(g, g->bound[i]))
            keep(g, i);
}

static bool replaces_any(const struct generation *g, const struct listener *new)
{
    const struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (!h->leaving && !h->strangers && private_is_alike(h, new) && !generation_uses(g, h))
            return true;
    return false;
}

void stay_compare(void)
{
    struct generation *g = supervisor.current;

    for (unsigned i = 0; i < g->entries; i++)
        if (private_is_new(g, i) && replaces_any(g, g->bound[i]))
            g->bound[i]->differs = true;
}

/* In g. Its processes are told to look again. */
static void give_up(struct generation *g, const struct listener *h)
{
    bool any = false;

    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] == h)
            any |= atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_STAYS) &
                   LISTENER_STAYS;
    if (any)
        slots_tell(g, SLOTS_ALL);
}

void stay_end(struct listener *h)
{
    struct generation *g;

    if (!h->stays)
        return;
    h->stays = false;
    TAILQ_FOREACH (g, &generation_list, link)
        give_up(g, h);
}

void stay_end_all(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        h->stays = false;
}

static bool is_used(const struct listener *h)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state != GENERATION_RETIRED && generation_uses(g, h))
            return true;
    return false;
}

void stay_step(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link) {
        if (!h->stays || is_used(h))
            continue;
        h->stays = false;
        generation_forget(h);
        listener_release(h, supervisor.last_number);
    }
}
