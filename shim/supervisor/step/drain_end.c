/* SPDX-License-Identifier: ISC */
#include "supervisor/step/drain_end.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "supervisor/generation/connections.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/drain_cut.h"
#include "supervisor/step/drain_signal.h"
#include "supervisor/step/handover.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/release.h"
#include "supervisor/step/resume.h"
#include "supervisor/step/retire.h"

enum {
    CONFIRM_AGAIN_MS = 4, /* nothing is killed on one look: two have to see no connection */
    CONFIRM_MS = 20,      /* counters at 0, but the kernel still sees a connection */
    SWEEP_MS = 1000,      /* processes that count connections are to look for missed closes */
    SWEEP_MOST_MS = 15000,
    CONFIRM_MOST_MS = 500,
    DENIALS = 3, /* looks of the kernel that outweigh what processes count */
    EMPTY_QUEUE_MS = 10,
};

/* Asked every CONFIRM_MS, or less often where that would take more than a tenth of a processor. */
static bool confirmed(struct generation *g, int64_t now)
{
    clock_t began = clock();
    bool any = generation_has_connections(g);
    bool again = !any && g->empty;

    g->empty = !any;
    g->confirm = now + (any ? handover_pause(g, now, CONFIRM_MS, CONFIRM_MOST_MS) +
                                  10 * 1000 * (clock() - began) / CLOCKS_PER_SEC
                            : CONFIRM_AGAIN_MS);
    return again;
}

/* Nobody counts the datagrams that it has read and not yet answered (a resolver may be asking
 * others); nor, without /proc, a connection whose process has been forked and not joined yet. Where
 * all clients wait until it has ended it is asked to at once: it knows best what it owes. What has
 * died owes nothing. */
static bool may_owe_answers(struct generation *g, int64_t now)
{
    int64_t due = g->draining + supervisor.options.settle;
    bool datagrams = g->datagrams && supervisor.phase != PHASE_ENDING;

    if ((!datagrams && procfs_usable()) || now >= due || (g->exited && !generation_lives(g)))
        return false;
    supervisor_wake_at(due);
    return true;
}

static bool drained(struct generation *g, const struct slots_count *c, int64_t now)
{
    /* else the kernel alone can tell */
    if (c->connections > 0 && g->internal == 0 && g->denied < DENIALS) {
        g->empty = false;
        if (handover_tell(g, now, handover_pause(g, now, SWEEP_MS, SWEEP_MOST_MS))) {
            generation_note_internal(g);
            g->denied = generation_has_none(g) ? g->denied + 1 : 0;
        }
        return false;
    }
    if (now >= g->confirm && confirmed(g, now))
        return true;
    supervisor_wake_at(g->confirm);
    return false;
}

/* Nothing of what there was none. */
static void add_part(char *parts, size_t size, unsigned n, const char *what, const char *how)
{
    size_t used = strlen(parts);

    if (n > 0)
        snprintf(parts + used, size - used, "%s%u %s%s %s", used > 0 ? ", " : " (", n, what,
                 n == 1 ? "" : "s", how);
}

static void log_drained(const struct generation *g, int64_t now)
{
    char parts[80] = "";

    add_part(parts, sizeof parts, generation_told(g), "client", "told to close");
    add_part(parts, sizeof parts, g->given, "connection", "handed over");
    log_line(LEVEL_INFO, "generation %u drained in %lld ms%s%s", g->number,
             (long long)(now - g->draining), parts, parts[0] ? ")" : "");
}

static void decide(struct generation *g, int64_t now)
{
    struct slots_count c;

    if (now >= g->deadline) {
        drain_cut(g);
        return;
    }
    supervisor_wake_at(g->deadline);
    if (!(g->attention & ATTENTION_DRAINING)) {
        if (!release_is_empty() || resume_awaited(now)) {
            supervisor_wake_in(EMPTY_QUEUE_MS);
            return;
        }
        generation_attention(g, ATTENTION_DRAINING, 0);
    }
    c = slots_owe(g);
    if (!handover_ask(g, &c, now) || pass_is_under_way(g))
        return;
    if (!drained(g, &c, now)) {
        if (!g->empty)
            drain_signal_send(g);
        return;
    }
    if (may_owe_answers(g, now))
        return;
    log_drained(g, now);
    event(EVENT_DRAINED, g->number, "");
    retire_begin(g);
}

static bool any_accepting(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING && !g->stopped_accepting)
            return true;
    return false;
}

void drain_end_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING)
            decide(g, now);
    if (!any_accepting())
        release_emptied();
}
