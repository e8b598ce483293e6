/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/connections.h"

#include <errno.h>
#include <stdlib.h>

#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/accept_queue.h"

typedef int search_fn(const struct kernel_listener *l, size_t nl, const struct tree *t,
                      struct kernel_connection **out, size_t *n);

enum { COUNT_MOST = 1000 };

/* Whom it has handed over and nobody has taken yet. Who hands over passes no connections between
 * processes of its own, so that what is in flight then isn't its. */
static bool any_waits(const struct generation *g)
{
    const struct listener *h;

    if (g->given > 0)
        TAILQ_FOREACH (h, &listener_list, link)
            if (accept_queue_waits(h))
                return true;
    return false;
}

static size_t drop_in_flight(struct kernel_connection *conns, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (conns[i].pid > 0)
            conns[kept++] = conns[i];
    return kept;
}

/* With the tree of the last scan. */
static int look(struct generation *g, search_fn *search, struct kernel_connection **conns,
                size_t *n, size_t *internal)
{
    size_t nsockets;
    struct kernel_listener *sockets = listener_sockets(&nsockets);
    int r = -ENOMEM;

    *conns = NULL;
    *n = 0;
    if (sockets)
        r = search(sockets, nsockets, &g->tree, conns, n);
    *internal = kernel_drop_internal(*conns, n, &g->tree);
    if (any_waits(g))
        *n = drop_in_flight(*conns, *n);
    free(sockets);
    return r;
}

static int run_search(struct generation *g, search_fn *search, struct kernel_connection **conns,
                      size_t *n)
{
    return look(g, search, conns, n, &g->internal);
}

static int scan_and_look(struct generation *g, search_fn *search, struct kernel_connection **conns,
                         size_t *n)
{
    int r = generation_scan(g);

    *conns = NULL;
    *n = 0;
    return r < 0 ? r : run_search(g, search, conns, n);
}

int generation_connections(struct generation *g, struct kernel_connection **conns, size_t *n)
{
    return scan_and_look(g, kernel_connections, conns, n);
}

void generation_some_connections(struct generation *g, struct kernel_connection **conns, size_t *n)
{
    size_t internal;

    generation_scan(g);
    look(g, kernel_some_connections, conns, n, &internal);
}

static size_t count_held(const struct kernel_connection *conns, size_t n)
{
    size_t held = 0;

    for (size_t i = 0; i < n; i++)
        held += conns[i].pid > 0;
    return held;
}

static bool is_among(const struct flights *f, unsigned long inode)
{
    for (unsigned i = 0; i < f->n; i++)
        if (f->inode[i] == inode)
            return true;
    return false;
}

/*
 * What is passed from process to process has no owner for a moment, and may be the new
 * generation's: under load some connection always is on its way.  One of ours is seen again by
 * the next look, there or landed.
 */
static bool still_in_flight(struct generation *g, const struct kernel_connection *conns, size_t n)
{
    struct flights now = {.n = 0};
    bool still = n > 0 && g->flights.n == 0;

    for (size_t i = 0; i < n && now.n < sizeof now.inode / sizeof now.inode[0]; i++) {
        still |= is_among(&g->flights, conns[i].inode);
        now.inode[now.n++] = conns[i].inode;
    }
    g->flights = now;
    return still || n > now.n;
}

static bool any_held(struct generation *g, const struct kernel_connection *conns, size_t n)
{
    bool any = count_held(conns, n) > 0;

    if (any)
        g->flights.n = 0;
    return any;
}

void generation_note_internal(struct generation *g)
{
    struct kernel_connection *conns;
    const struct listener *h;
    size_t n;

    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.family == AF_UNIX) {
            generation_connections(g, &conns, &n);
            free(conns);
            return;
        }
}

/* The scan of all processes is most of the cost. A process that it would find can only add. */
bool generation_has_connections(struct generation *g)
{
    struct kernel_connection *conns;
    size_t n;
    int r = run_search(g, kernel_connections, &conns, &n);
    bool any = any_held(g, conns, n);

    free(conns);
    if (any)
        return true;
    r = generation_connections(g, &conns, &n);
    any = (r < 0 && r != -EACCES) || any_held(g, conns, n) || still_in_flight(g, conns, n);
    free(conns);
    return any;
}

/* As generation_has_connections(): whom a scan would find can only add. */
bool generation_has_none(struct generation *g)
{
    size_t n;
    struct kernel_listener *sockets = listener_sockets(&n);
    bool none = sockets && kernel_no_connection(sockets, n, &g->tree) && generation_scan(g) == 0 &&
                kernel_no_connection(sockets, n, &g->tree);

    free(sockets);
    return none;
}

unsigned generation_told(const struct generation *g)
{
    return atomic_load(&g->page->told);
}

/* A look at one generation reads the table of all. */
static bool are_many(void)
{
    struct generation *g;
    size_t counted = 0;

    TAILQ_FOREACH (g, &generation_list, link)
        counted += slots_count(g).connections;
    return counted > COUNT_MOST;
}

/* Somebody has to count those in flight. The others look into their own processes alone: there may
 * be a hundred of them. */
unsigned generation_count_connections(struct generation *g)
{
    bool first = g == TAILQ_FIRST(&generation_list);
    unsigned counted = slots_count(g).connections;
    struct kernel_connection *conns;
    size_t n;
    int r;

    if (are_many())
        return counted;
    r = scan_and_look(g, first ? kernel_connections : kernel_held_connections, &conns, &n);
    if (!first)
        n = count_held(conns, n);
    free(conns);
    return r == 0 || n > counted ? (unsigned)n : counted;
}
