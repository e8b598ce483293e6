/* SPDX-License-Identifier: ISC */
#include "supervisor/step/release.h"

#include <time.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/holders.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/outsiders.h"
#include "supervisor/step/stay.h"

enum {
    IN_FLIGHT_MS = 2,
    AGAIN_MS = 20,  /* who closes it meanwhile is seen then, and many do so in one look */
    SURE_MS = 2000, /* so long after that a process may have had it for a moment: before it executed
                       something, or closed it where nobody saw */
    LONG_MS = 5,    /* nobody is kept waiting for looks that take longer */
    REST = 10,      /* of the time that looking took */
    BURST_MS = 1000,
};

/* Processes that have closed a listener, by its index, and wait for a look. */
struct waiting {
    unsigned index[PAGE_LISTENERS], n;
};

static int64_t next_look;
static int64_t last_took; /* in microseconds of our time */

void release_listener(struct generation *g, unsigned index)
{
    struct listener *h = g->bound[index];

    if (workers_use_beside(g, h)) {
        generation_drop(g, index);
        return;
    }
    log_line(LEVEL_DEBUG, "%s was closed by the server and is released", h->address);
    listener_release(h, g->number); /* first: who waits finds the address free */
    generation_forget(h);
    listener_replaces(h); /* the ports of passive FTP come round */
    atomic_store(&g->page->listeners[index].socket, 0);
    supervisor_wake_in(0); /* a generation may be ready without it */
}

/* In a restart what another generation has, or may get, outlives the wish of this one. */
static bool is_kept(const struct generation *g, unsigned index)
{
    const struct generation *other;

    if (!phase_restarts())
        return false;
    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g && other->state <= GENERATION_SERVING &&
            generation_has(other, g->bound[index]))
            return true;
    return (g->known[index] & LISTENER_USED) != LISTENER_LISTENING;
}

/* In sequential mode one that drains has placeholders by our doing, but for what stays with it. */
static bool may_close(const struct generation *g, const struct listener *h)
{
    if (phase_stops())
        return false;
    if (g->state == GENERATION_DRAINING)
        return h->stays;
    return (g == supervisor.next || worker_serves(g)) && g->state <= GENERATION_SERVING;
}

/* Is it time to look who has it?  What is kept, or on its way to a process, waits. */
static bool is_due(const struct generation *g, unsigned index, int64_t now)
{
    uint32_t flags = atomic_load(&g->page->listeners[index].flags);
    struct listener *h = g->bound[index];

    if (!h || h->leaving || !may_close(g, h) || !(h->due || (flags & LISTENER_CLOSED)) ||
        is_kept(g, index))
        return false;
    if (listener_in_flight(h))
        supervisor_wake_at(now + IN_FLIGHT_MS);
    else if (h->due > now && !(flags & LISTENER_AWAITED))
        supervisor_wake_at(h->due);
    else
        return true;
    return false;
}

static void look_at(struct listener *h, int64_t when)
{
    h->due = when;
    supervisor_wake_at(when);
}

/* Less and less often, and then not any more. */
static void look_again(struct listener *h, int64_t now)
{
    int64_t age = now - h->closed;

    h->due = 0;
    if (age < SURE_MS)
        look_at(h, now + (age > AGAIN_MS ? age : AGAIN_MS));
}

/* Who closes it while we look is looked for again. */
static bool has_holder(struct generation *g, unsigned index, int64_t now)
{
    _Atomic uint32_t *flags = &g->page->listeners[index].flags;
    struct listener *h = g->bound[index];

    if (atomic_fetch_and(flags, ~(uint32_t)LISTENER_CLOSED) & LISTENER_CLOSED)
        h->closed = now;
    if (!listener_is_held(h))
        return false;
    look_again(h, now);
    return true;
}

static bool is_found(struct listener *h, const struct holders *holders, int64_t now)
{
    const struct holder *holder = holders_oldest(holders, h->socket.inode);

    if (holder) {
        listener_witness(h, holder->pid, holder->fd);
        look_again(h, now);
    }
    return holder;
}

/* Twice, for a process may move it to another number, or be made, past the eye of the first
 * look. Returns how many nobody has, or 0 where that can't be seen. */
static size_t find_unheld(struct generation *g, unsigned *due, size_t n, int64_t now)
{
    enum { LOOKS = 2 };

    for (int i = 0; i < LOOKS && n > 0; i++) {
        struct holders holders = {0};
        bool seen = generation_scan(g) == 0 && holders_read(&holders, &g->tree) == 0;
        size_t left = 0;

        for (size_t j = 0; j < n; j++)
            if (!is_found(g->bound[due[j]], &holders, now))
                due[left++] = due[j];
        n = seen ? left : 0;
        holders_free(&holders);
    }
    return n;
}

static void look_for_holders(struct generation *g, unsigned *due, size_t n, int64_t now)
{
    clock_t began = clock();

    for (size_t i = 0; i < n; i++)
        g->bound[due[i]]->due = 0;
    n = find_unheld(g, due, n, now);
    for (size_t i = 0; i < n; i++)
        release_listener(g, due[i]);
    last_took = (int64_t)(clock() - began) * 1000000 / CLOCKS_PER_SEC;
    if (next_look < now - BURST_MS)
        next_look = now - BURST_MS;
    next_look += REST * last_took / 1000;
}

/* A listener may be on its way to us that was not sent yet when the messages were last read: after
 * they have been read once more it is there, or could not be kept. */
static bool is_to_come(struct generation *g, unsigned i, int64_t now)
{
    uint64_t bit = UINT64_C(1) << i % 64, *seen = &g->to_come[i / 64];
    bool was_seen = *seen & bit;

    *seen |= bit;
    if (was_seen && g->unread == 0)
        *seen &= ~bit;
    else
        supervisor_wake_at(now);
    return *seen & bit;
}

/* Who waits now, before anybody looks: who comes meanwhile is answered by the next look. */
static void note_waiting(struct generation *g, struct waiting *w, int64_t now)
{
    unsigned n = page_entries(g->page);

    for (unsigned i = 0; i < n; i++) {
        uint32_t flags = atomic_load(&g->page->listeners[i].flags);
        bool bound = i < g->entries && g->bound[i];

        if (bound)
            g->to_come[i / 64] &= ~(UINT64_C(1) << i % 64);
        if (flags & LISTENER_AWAITED &&
            (bound || !(flags & LISTENER_KNOWN) || !is_to_come(g, i, now)))
            w->index[w->n++] = i;
    }
}

static void answer(struct generation *g, const struct waiting *w)
{
    for (unsigned i = 0; i < w->n; i++)
        generation_answer(g, w->index[i]);
}

static void release_closed(struct generation *g, const struct waiting *w, int64_t now)
{
    unsigned due[PAGE_LISTENERS];
    size_t n = 0;

    for (unsigned i = 0; i < g->entries; i++) {
        if (!is_due(g, i, now))
            continue;
        if (listener_is_shut(g->bound[i]))
            release_listener(g, i);
        else if (!has_holder(g, i, now))
            due[n++] = i;
    }
    if (n > 0 && last_took > LONG_MS * 1000)
        answer(g, w);
    if (n > 0 && now >= next_look)
        look_for_holders(g, due, n, now);
    else
        for (size_t i = 0; i < n; i++)
            look_at(g->bound[due[i]], next_look);
}

/* With GRACE_RESPAWN what the whole server has died of may kill who has the listener first; it is
 * closed by nobody, and kept for the next start when that is known. */
static void note_left(struct generation *g, struct listener *h, int64_t now)
{
    enum { DYING_MS = 200 };

    generation_left(g, h);
    if (supervisor.options.respawns > 0)
        h->due = now + DYING_MS;
}

static void note_gone(int64_t now)
{
    struct generation *g;
    struct listener *h;

    process_watch_look();
    TAILQ_FOREACH (h, &listener_list, link) {
        listener_in_flight(h);
        if (listener_witness_gone(h))
            TAILQ_FOREACH (g, &generation_list, link)
                if (may_close(g, h))
                    note_left(g, h, now);
    }
}

void release_step(int64_t now)
{
    struct generation *g;

    note_gone(now);
    TAILQ_FOREACH (g, &generation_list, link) {
        struct waiting waiting = {0};

        note_waiting(g, &waiting, now);
        release_closed(g, &waiting, now);
        answer(g, &waiting);
    }
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
    log_line(LEVEL_WARNING, "%s is not served by generation %u: %s", h->address, g->number,
             h->stays ? "it ends with the one before" : "its queue is emptied");
    event(EVENT_UNSERVED, g->number, h->address);
}

void release_unwanted(void)
{
    struct listener *h;

    stay_compare();
    outsiders_note_given();
    TAILQ_FOREACH (h, &listener_list, link) {
        if (h->leaving || h->missed || generation_uses(supervisor.current, h) ||
            workers_use_beside(supervisor.current, h))
            continue;
        h->missed = true;
        if (!h->stays)
            leave(h);
        if (!private_is(h))
            say_unserved(h);
    }
}

/* What a service manager has given us is not closed with us: who waits there, or comes, is the next
 * one's, whom it starts. */
void release_served(void)
{
    struct listener *h;

    outsiders_note_given();
    TAILQ_FOREACH (h, &listener_list, link) {
        if (h->leaving || h->given || private_is(h) || !generation_uses(supervisor.current, h))
            continue;
        leave(h);
        log_line(LEVEL_INFO, "%s is to close: its queue is emptied", h->address);
    }
}

void release_spare(const struct generation *by, struct listener *h)
{
    struct generation *g;

    if (by == supervisor.current) {
        stay_end(h);
        h->missed = false;
    }
    if (!h->leaving || by != supervisor.current || phase_stops())
        return;
    h->leaving = false;
    listener_allow_new(h);
    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state >= GENERATION_DRAINING)
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
