/* SPDX-License-Identifier: ISC */
#include "supervisor/step/handover.h"

#include "supervisor/generation/members.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/release.h"

enum {
    ASK_AGAIN_MS = 20,    /* a process that has not answered is told again */
    SEEN_MS = 1000,       /* an accept() that is in progress for so long is none */
    UNANSWERED_MS = 5000, /* so long is the end of a restart put off */
    TOLD_LEAST = 20,      /* so often at least: the whole machine may have stood still */
    SELDOM_MS = 1000,
    EXECUTED_MS = 250, /* a child that was to execute something has done so */
    LEAVING_MS = 2,    /* nobody rings when a thread is out of its accept() */
    SHARE = 16, /* of the time that it has drained for already: who takes long is asked seldom */
};

int64_t handover_pause(const struct generation *g, int64_t now, int64_t least, int64_t most)
{
    int64_t pause = (now - g->draining) / SHARE;

    return pause < least ? least : pause > most ? most : pause;
}

static void tell_unnamed(struct generation *g, int64_t before)
{
    if (generation_scan(g) == 0)
        slots_tell_unnamed(g, before);
}

bool handover_tell(struct generation *g, int64_t now, int64_t pause)
{
    bool due = now - g->asked >= pause;

    if (due) {
        g->asked = now;
        g->told++;
        slots_tell(g, SLOTS_ALL);
        if (g->told == 1)
            tell_unnamed(g, now - EXECUTED_MS);
    }
    supervisor_wake_at(g->asked + pause);
    return due;
}

static bool took_too_long(const struct generation *g, int64_t now, int64_t most)
{
    return now - g->draining > most && g->told >= TOLD_LEAST;
}

static void say_answered(struct generation *g)
{
    if (g->handed_over)
        return;
    g->handed_over = true;
    supervisor_wake_in(0); /* a restart may be over */
    if (g->state == GENERATION_DRAINING)
        log_line(LEVEL_INFO, "generation %u accepts no more", g->number);
}

/* The handler that puts the placeholder there has answered before a thread is out of an accept()
 * that it was in: it may take one more connection. */
bool handover_ask(struct generation *g, const struct slots_count *c, int64_t now)
{
    if (g->told == 0) /* also where nobody seems to owe an answer */
        handover_tell(g, now, 0);
    /* a thread that was cancelled in accept() leaves its mark for ever */
    g->stopped_accepting =
        c->undrained == 0 && (c->accepting == 0 || took_too_long(g, now, SEEN_MS));
    if (g->stopped_accepting) {
        say_answered(g);
        return true;
    }
    if (c->undrained == 0 && g->told < TOLD_LEAST)
        supervisor_wake_in(LEAVING_MS);
    handover_tell(g, now,
                  g->told < TOLD_LEAST ? ASK_AGAIN_MS
                                       : handover_pause(g, now, ASK_AGAIN_MS, SELDOM_MS));
    return false;
}

static void say_unanswered(struct generation *g)
{
    const struct listener *h = release_queue();
    unsigned n;
    pid_t pid = slots_debtor(g, &n);

    g->handed_over = true;
    supervisor_wake_in(0);
    if (!(g->attention & ATTENTION_DRAINING) && h)
        log_line(LEVEL_WARNING,
                 "generation %u accepts connections still: the queue of %s is not empty after %d s",
                 g->number, h->address, UNANSWERED_MS / 1000);
    else if (n > 0)
        log_line(LEVEL_WARNING,
                 "generation %u: process %d%s has not said within %d s that it accepts no more, "
                 "and may answer clients still",
                 g->number, (int)pid, n > 1 ? " and others" : "", UNANSWERED_MS / 1000);
}

static bool is_leaving(const struct generation *g)
{
    return g->state == GENERATION_DRAINING || g->state == GENERATION_RETIRING;
}

bool handover_awaited(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (is_leaving(g) && !g->handed_over)
            return true;
    return false;
}

/* Without an answer, how long is whoever waits for the end of a restart kept? */
static void limit(struct generation *g, int64_t now)
{
    bool told = g->attention & ATTENTION_DRAINING;

    if (g->handed_over)
        return;
    if (told ? took_too_long(g, now, UNANSWERED_MS) : now - g->draining > UNANSWERED_MS)
        say_unanswered(g);
    else if (now - g->draining <= UNANSWERED_MS)
        supervisor_wake_at(g->draining + UNANSWERED_MS + 1);
}

/* Its end does not tell it to accept no more: it may finish what it has. */
static void ask_retiring(struct generation *g, int64_t now)
{
    struct slots_count c;

    if (g->handed_over || !(g->attention & ATTENTION_DRAINING))
        return;
    c = slots_owe(g);
    handover_ask(g, &c, now);
}

/* Those that were too young when all were told. */
static void tell_late(struct generation *g, int64_t now)
{
    if (g->told_unnamed || g->told == 0)
        return;
    if (now - g->draining > EXECUTED_MS) {
        g->told_unnamed = true;
        tell_unnamed(g, g->draining);
    } else {
        supervisor_wake_at(g->draining + EXECUTED_MS + 1);
    }
}

void handover_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g->state == GENERATION_RETIRING)
            ask_retiring(g, now);
        if (is_leaving(g)) {
            tell_late(g, now);
            limit(g, now);
        }
    }
}
