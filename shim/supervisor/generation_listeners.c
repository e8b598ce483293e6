/* SPDX-License-Identifier: ISC */
/* What the page of a generation says of its listeners. */
#include "generation.h"

void generation_bind(struct generation *g, unsigned index, struct held *h)
{
    g->bound[index] = h;
    atomic_fetch_or(&g->page->listeners[index].flags, LISTENER_HELD);
}

static bool entry_used(uint32_t flags)
{
    return (flags & (LISTENER_ADOPTED | LISTENER_LISTENING)) != 0;
}

/* What the youngest generation that serves on it has made of it, or NULL. */
static const struct page_listener *held_entry(const struct held *h)
{
    const struct generation *g;

    TAILQ_FOREACH_REVERSE (g, &generation_list, generation_list, link)
        for (unsigned i = 0; i < PAGE_LISTENERS && g->page->listeners[i].flags; i++)
            if (g->bound[i] == h && entry_used(g->page->listeners[i].flags))
                return &g->page->listeners[i];
    return NULL;
}

/* The server has removed its name: what it binds there now is the one to hand out. */
static bool is_nameless(const struct page_listener *entry)
{
    return entry && (atomic_load(&entry->flags) & LISTENER_UNLINKED);
}

void generation_offer(struct generation *g)
{
    struct held *h;
    unsigned i = 0;

    TAILQ_FOREACH (h, &held_list, link) {
        const struct page_listener *former = held_entry(h);

        if (h->leaving || i == PAGE_LISTENERS || is_nameless(former))
            continue;
        atomic_store(&g->page->listeners[i].key, h->key);
        atomic_store(&g->page->listeners[i].alias, former ? atomic_load(&former->alias) : 0);
        atomic_store(&g->page->listeners[i].socket, h->cookie ? h->cookie : page_no_socket((int)i));
        atomic_store(&g->page->listeners[i].flags,
                     LISTENER_CLAIMED | LISTENER_SHARED | (h->nonblock ? LISTENER_NONBLOCK : 0));
        atomic_fetch_add(&g->page->held, 1);
        generation_bind(g, i++, h);
    }
}

bool generation_uses(const struct generation *g, const struct held *h)
{
    for (unsigned i = 0; i < PAGE_LISTENERS && g->page->listeners[i].flags; i++)
        if (g->bound[i] == h && entry_used(g->page->listeners[i].flags))
            return true;
    return false;
}

void generation_left(struct generation *g, const struct held *h)
{
    for (unsigned i = 0; i < PAGE_LISTENERS && g->page->listeners[i].flags; i++)
        if (g->bound[i] == h && entry_used(atomic_load(&g->page->listeners[i].flags)))
            atomic_fetch_or(&g->page->listeners[i].flags, LISTENER_CLOSED);
}

void generation_forget(struct held *h)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        for (unsigned i = 0; i < PAGE_LISTENERS && g->page->listeners[i].flags; i++) {
            if (g->bound[i] != h)
                continue;
            g->bound[i] = NULL;
            atomic_store(&g->page->listeners[i].key, 0);
            atomic_store(&g->page->listeners[i].alias, 0);
            atomic_store(&g->page->listeners[i].flags, LISTENER_CLAIMED);
            atomic_fetch_sub(&g->page->held, 1);
        }
    }
}

struct generation_listeners generation_listeners(const struct generation *g)
{
    struct generation_listeners l = {0};

    for (unsigned i = 0; i < PAGE_LISTENERS; i++) {
        uint32_t flags = atomic_load(&g->page->listeners[i].flags);
        const struct held *h = g->bound[i];

        if (flags == 0)
            break;
        l.offered += h && !(flags & LISTENER_UNLINKED) &&
                     !(flags & LISTENER_LISTENING && !(flags & LISTENER_ADOPTED));
        l.adopted += (flags & LISTENER_ADOPTED) != 0;
        l.used += entry_used(flags);
        l.waited += (flags & LISTENER_WAITED) != 0;
        l.missing += h && h->waited && entry_used(flags) && !(flags & LISTENER_WAITED);
    }
    return l;
}
