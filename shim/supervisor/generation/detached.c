/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/detached.h"

#include "protocol/clock.h"
#include "supervisor/generation/detached_look.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

/* What it has as a generation drains are placeholders, which say nothing. */
static bool is_only_started(const struct generation *g, const struct detached *session)
{
    if (session->stays || !session->takes_part)
        return false;
    if (!g->was_ready)
        return session->has_others;
    return g->state == GENERATION_SERVING && g->serves_itself &&
           (session->is_kept || session->is_private || !session->early);
}

/* It is not seen, or has nothing to do with the server. */
static bool is_beside(const struct generation *g, const struct detached *session)
{
    return !session->stays && !session->takes_part && g->was_ready;
}

static void say(const struct generation *g, const struct detached *session)
{
    if (session->listens)
        log_line(LEVEL_INFO,
                 "what listens on %s was only started by generation %u: it goes on, and is not "
                 "restarted",
                 session->listens->address, g->number);
    else
        log_line(LEVEL_DEBUG, "session %d was only started by generation %u", (int)session->sid,
                 g->number);
}

/* Before its listeners are forgotten, and its processes are none of the tree any more. */
static void dismiss(struct detached_look *l, pid_t sid)
{
    const struct tree *t = &l->g->tree;
    struct listener *h;

    for (size_t i = 0; i < t->n; i++)
        if (l->sid[i] == sid)
            slots_dismiss(l->g, &t->proc[i]);
    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.fd >= 0 && detached_holder(l, h) == sid) {
            generation_forget(h);
            listener_release(h, 0);
        }
}

/* Or only those that take part. */
static void part(struct detached_look *l, bool all)
{
    struct generation *g = l->g;
    size_t n = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct detached *session = &l->sessions[i];

        if (!is_only_started(g, session) && !(all && is_beside(g, session)))
            continue;
        say(g, session);
        dismiss(l, session->sid);
        l->sessions[n++] = *session;
    }
    for (size_t i = 0; i < n; i++)
        tree_part(&g->tree, l->sessions[i].sid);
    listener_collect(TAILQ_FIRST(&generation_list)->number);
}

void detached_part(struct generation *g)
{
    struct detached_look l = {.g = g};

    if (detached_look(&l))
        part(&l, true);
    detached_look_free(&l);
}

void detached_note(struct generation *g)
{
    g->was_ready = true;
    g->next_note = 0;
}

enum { LASTS_MS = 2000 };

/* Not every server opens its connections at once. */
static const int64_t note_ages[] = {250, 500, 1000, 2000, 4000, 10000};

static int64_t next_note(const struct generation *g, int64_t age)
{
    for (size_t i = 0; i < sizeof note_ages / sizeof note_ages[0]; i++)
        if (g->was_ready && age < note_ages[i])
            return g->started + g->ready_ms + note_ages[i];
    return CLOCK_NEVER;
}

/* What it is may be seen yet: the server has just begun, or has a connection to it. */
static bool may_be_seen(const struct detached_look *l, int64_t age)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct detached *session = &l->sessions[i];

        if (session->takes_part && !session->stays && !is_only_started(l->g, session) &&
            (age < LASTS_MS || !l->g->serves_itself || session->has_own))
            return true;
    }
    return false;
}

/* What a client wanted is over by then. */
static void note(struct generation *g, int64_t now)
{
    int64_t age = now - g->started - g->ready_ms;
    struct detached_look l = {.g = g};

    g->next_note = CLOCK_NEVER;
    g->undecided = false;
    if (detached_look(&l)) {
        g->next_note = next_note(g, age);
        g->undecided = g->next_note != CLOCK_NEVER && may_be_seen(&l, age);
        if (g->was_ready && age >= LASTS_MS)
            part(&l, false);
    }
    detached_look_free(&l);
}

int64_t detached_known_at(struct generation *g, int64_t now)
{
    if (now >= g->next_note)
        note(g, now);
    return g->undecided ? g->next_note : 0;
}

void detached_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g->state > GENERATION_SERVING)
            continue;
        if (now >= g->next_note)
            note(g, now);
        supervisor_wake_at(g->next_note);
    }
}
