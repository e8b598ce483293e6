/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/private.h"

#include <sys/un.h>
#include <stddef.h>
#include <string.h>

static void note(const struct generation *g, unsigned index)
{
    struct listener *h = g->bound[index];
    uint32_t flags = h ? atomic_load(&g->page->listeners[index].flags) : 0;

    if (!(flags & LISTENER_USED))
        return;
    h->inside |= (flags & LISTENER_INSIDE) != 0;
    h->strangers |= (flags & LISTENER_PUBLIC) != 0;
    if (flags & LISTENER_PASSING) /* unless it was renamed, as haproxy does */
        h->passing = atomic_load(&g->page->listeners[index].alias) == 0;
}

void private_note(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        for (unsigned i = 0; i < g->entries; i++)
            note(g, i);
}

bool private_is(const struct listener *h)
{
    return !h->strangers && (h->inside || h->passing || h->differs);
}

static const struct sockaddr_un *name_of(const struct listener *h)
{
    return (const struct sockaddr_un *)&h->socket.addr;
}

/* The same but for some letters: neither in another directory level nor in both a file system and
 * the kernel alone. */
static bool is_variant(const struct listener *a, const struct listener *b)
{
    const char *x = name_of(a)->sun_path, *y = name_of(b)->sun_path;
    size_t n = a->socket.len - offsetof(struct sockaddr_un, sun_path);

    for (size_t i = 0; i < n; i++)
        if ((x[i] == '/') != (y[i] == '/') || (x[i] == '\0') != (y[i] == '\0'))
            return false;
    return memcmp(x, y, n) != 0;
}

bool private_is_alike(const struct listener *a, const struct listener *b)
{
    return a->socket.family == AF_UNIX && b->socket.family == AF_UNIX &&
           a->socket.type == b->socket.type && a->socket.len == b->socket.len && a->key != b->key &&
           is_variant(a, b);
}

bool private_is_new(const struct generation *g, unsigned index)
{
    return g->bound[index] && (g->known[index] & LISTENER_USED) == LISTENER_LISTENING;
}

static bool has_alike(const struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (private_is_new(g, i) && private_is_alike(g->bound[i], h))
            return true;
    return false;
}

bool private_is_past(const struct generation *g, const struct listener *h)
{
    return !h->strangers && (h->passing || h->differs || (h->inside && has_alike(g, h)));
}

bool private_stays(const struct generation *g, const struct listener *h)
{
    return private_is(h) || (!h->strangers && has_alike(g, h));
}
