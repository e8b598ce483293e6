/* SPDX-License-Identifier: ISC */
#include "supervisor/step/release.h"

#include <time.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/holders.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { IN_FLIGHT_MS = 2, REST = 10 };

static int64_t next_look;

void release_listener(struct generation *g, unsigned index)
{
    struct listener *h = g->bound[index];

    log_line(LEVEL_DEBUG, "%s was closed by the server and is released", h->address);
    generation_forget(h);
    listener_release(h, g->number);
    listener_replaces(h); /* the ports of passive FTP come round */
    atomic_store(&g->page->listeners[index].socket, 0);
}

/* A server that is about to open it again in a reload of its own gets it back until then. */
static int64_t patience(const struct listener *h, uint32_t flags)
{
    bool at_once = listener_is_group_member(h) || (flags & LISTENER_TRANSIENT);

    return at_once ? 0 : supervisor.options.settle;
}

static bool is_due(struct generation *g, unsigned index, uint32_t flags, int64_t now)
{
    struct listener *h = g->bound[index];

    if (h->due == 0) {
        h->due = now + patience(h, flags);
        if (listener_is_shut(h)) {
            release_listener(g, index);
            return false;
        }
    }
    if (now >= h->due && !listener_in_flight(h))
        return true;
    supervisor_wake_at(now < h->due ? h->due : now + IN_FLIGHT_MS);
    return false;
}

/* Who closes one while we look is looked for again. */
static void forget_close(struct generation *g, unsigned index)
{
    g->bound[index]->due = 0;
    atomic_fetch_and(&g->page->listeners[index].flags,
                     ~(uint32_t)(LISTENER_CLOSED | LISTENER_TRANSIENT));
}

static void release_unheld(struct generation *g, const unsigned *due, size_t n, int64_t now)
{
    struct holders holders = {0};
    clock_t began = clock();

    for (size_t i = 0; i < n; i++)
        forget_close(g, due[i]);
    if (generation_scan(g) == 0 && holders_read(&holders, &g->tree) == 0)
        for (size_t i = 0; i < n; i++)
            if (!holders_find(&holders, g->bound[due[i]]->socket.inode))
                release_listener(g, due[i]);
    holders_free(&holders);
    next_look = now + REST * 1000 * (clock() - began) / CLOCKS_PER_SEC;
}

static void release_closed(struct generation *g, int64_t now)
{
    unsigned due[PAGE_LISTENERS];
    size_t n = 0;

    for (unsigned i = 0; i < g->entries; i++) {
        uint32_t flags = atomic_load(&g->page->listeners[i].flags);

        if (g->bound[i] && (flags & LISTENER_CLOSED) && is_due(g, i, flags, now))
            due[n++] = i;
    }
    if (n > 0 && now < next_look)
        supervisor_wake_at(next_look);
    else if (n > 0)
        release_unheld(g, due, n, now);
}

void release_step(int64_t now)
{
    struct generation *g = supervisor.current;
    struct listener *h;

    process_watch_look();
    TAILQ_FOREACH (h, &listener_list, link) {
        listener_in_flight(h);
        if (listener_owner_gone(h) && g)
            generation_left(g, h);
    }
    /* in sequential mode it may be draining: that it holds placeholders now is our doing */
    if (g && !phase_stops() && g->state <= GENERATION_SERVING)
        release_closed(g, now);
}

static void leave(struct listener *h)
{
    h->leaving = true;
    listener_refuse_new(h);
}

/* Who waits for the restart reads it. Of an SO_REUSEPORT group there may be other members. */
static void say_unserved(const struct listener *h)
{
    const struct generation *g = supervisor.current;

    if (generation_serves(g, h)) {
        log_line(LEVEL_INFO, "a socket of %s is not taken by generation %u: its queue is emptied",
                 h->address, g->number);
        return;
    }
    log_line(LEVEL_WARNING, "%s is not served by generation %u: its queue is emptied", h->address,
             g->number);
    event(EVENT_UNSERVED, g->number, h->address);
}

void release_unwanted(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link) {
        if (h->leaving || generation_uses(supervisor.current, h))
            continue;
        leave(h);
        say_unserved(h);
    }
}

void release_served(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link) {
        if (h->leaving || !generation_uses(supervisor.current, h))
            continue;
        leave(h);
        log_line(LEVEL_INFO, "%s is to close: its queue is emptied", h->address);
    }
}

void release_spare(const struct generation *by, struct listener *h)
{
    struct generation *g;

    if (!h->leaving || by != supervisor.current || phase_stops())
        return;
    h->leaving = false;
    listener_allow_new(h);
    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING)
            generation_share_paths(g, by);
    log_line(LEVEL_INFO, "%s is served by generation %u after all", h->address, by->number);
    event(EVENT_SERVED, by->number, h->address);
}

const struct listener *release_queue(void)
{
    const struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (h->leaving && listener_has_queue(h))
            return h;
    return NULL;
}

bool release_is_empty(void)
{
    return !release_queue();
}

void release_emptied(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link) {
        if (!h->leaving || h->socket.fd < 0)
            continue;
        log_line(LEVEL_INFO, "%s released", h->address);
        generation_forget(h);
        listener_release(h, supervisor.last_number);
    }
}
