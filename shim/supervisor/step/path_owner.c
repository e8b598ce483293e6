/* SPDX-License-Identifier: ISC */
#include "supervisor/step/path_owner.h"
#include "supervisor/generation/listeners.h"

void path_owner_share(struct generation *g, const struct generation *other)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && generation_uses(other, g->bound[i]))
            atomic_fetch_or(&g->page->listeners[i].flags, LISTENER_SHARED);
}

void path_owner_alone(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_SHARED);
    atomic_store(&g->page->looked_for, 0); /* the pid file, too */
}
