/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/rolling.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/backoff.h"
#include "supervisor/restart/serve.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/max_old.h"

enum {
    LONG_MS = 60000, /* who has served so long is started again at once */
    LOOK_MS = 1000,
};

static int64_t due;   /* when a missing one may be started */
static int64_t later; /* after the next one that fails */
static bool scaling;  /* another number was wanted, and is not reached */
static char failure[EVENT_TEXT];

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

void rolling_want(unsigned workers)
{
    log_line(LEVEL_INFO, "%u worker%s wanted, there were %u", workers, plural(workers),
             supervisor.workers);
    supervisor.workers = workers;
    if (workers > 1) /* Ctrl-C is for all of them */
        terminal_pass(generation_group(supervisor.current), getpgrp());
    scaling = true;
    due = later = 0;
    supervisor_wake_in(0);
}

/* Its place is nobody's any more. False: it is the only one yet. */
static bool leave(struct generation *g)
{
    struct generation *other = worker_other(g);

    if (!other)
        return false;
    if (g == supervisor.current)
        supervisor.current = other;
    detached_part(g);
    fetch_listeners(g);
    generation_share_paths(g, other);
    drain_begin(g);
    workers_own_paths();
    return true;
}

static bool leave_surplus(void)
{
    struct generation *g;
    bool any = false;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_SERVING && g->worker > supervisor.workers)
            any |= leave(g);
    return any;
}

static void say_scaled(void)
{
    char text[64];

    scaling = false;
    snprintf(text, sizeof text, "%u worker%s", supervisor.workers,
             supervisor.workers == 1 ? " serves" : "s serve");
    log_line(LEVEL_INFO, "%s", text);
    event(EVENT_SCALED, supervisor.current->number, text);
}

bool rolling_step(int64_t now)
{
    leave_surplus();
    if (worker_missing() == 0) {
        if (scaling && workers_serving() == supervisor.workers)
            say_scaled();
        return false;
    }
    supervisor_wake_at(due);
    return now >= due;
}

void rolling_refused(const char *why)
{
    static char said[EVENT_TEXT];

    if (strcmp(said, why) != 0)
        log_line(LEVEL_WARNING, "no further worker: %s", why);
    snprintf(said, sizeof said, "%s", why);
    due = clock_ms() + LOOK_MS;
    supervisor_wake_at(due);
}

static int64_t start_later(void)
{
    int64_t now = clock_ms(), after = backoff_next(&later);

    due = now + after;
    supervisor_wake_at(due);
    return after;
}

static void say_lost(const struct generation *g, const char *how)
{
    unsigned others = workers_serving() - 1;

    if (clock_ms() - g->started - g->ready_ms >= LONG_MS)
        later = 0;
    log_line(
        LEVEL_ERROR,
        "generation %u ended: %s; %u other worker%s, and worker %u is started again in %lld ms",
        g->number, how, others, others == 1 ? " serves" : "s serve", g->worker,
        (long long)start_later());
    event(EVENT_WORKER_LOST, g->number, how);
    if (phase_restarts() && !supervisor.grows && g->number >= supervisor.version)
        snprintf(failure, sizeof failure, "generation %u ended: %s", g->number, how);
}

static bool has_equals(const struct generation *g)
{
    return g != supervisor.standby && g != supervisor.next && worker_other(g);
}

bool rolling_lost(struct generation *g, const char *how)
{
    if (!has_equals(g))
        return false;
    if (phase_stops())
        log_line(LEVEL_INFO, "generation %u ended: %s", g->number, how);
    else
        say_lost(g, how);
    if (g == supervisor.current)
        supervisor.current = worker_other(g);
    generation_share_paths(g, g); /* the others' */
    drain_left(g);
    if (!phase_stops())
        workers_own_paths();
    return true;
}

void rolling_grow_failed(unsigned number, const char *why)
{
    unsigned others = workers_serving();

    supervisor.grows = false;
    log_line(LEVEL_ERROR, "generation %u failed: %s; %u worker%s, it is tried again in %lld ms",
             number, why, others, others == 1 ? " serves" : "s serve", (long long)start_later());
    event(EVENT_WORKER_LOST, number, why);
}

void rolling_end(void)
{
    supervisor.grows = false;
    failure[0] = '\0';
}

enum phase rolling_on(void)
{
    if (supervisor.grows) {
        supervisor.grows = false;
        return PHASE_IDLE;
    }
    if (worker_missing() > 0 || *failure)
        return PHASE_ROLLING;
    if (leave_surplus()) /* of the version before: until they accept no more */
        return PHASE_HANDOVER;
    serve_restarted();
    return PHASE_IDLE;
}

bool rolling_may_go_on(int64_t now)
{
    int64_t room = max_old_room_at();

    supervisor_wake_at(room);
    return now >= room;
}

const char *rolling_failure(void)
{
    return *failure ? failure : NULL;
}

enum phase rolling_failed(const char *why)
{
    log_line(LEVEL_ERROR, "restart failed: %s; %u of %u workers are replaced, the others go on",
             why, workers_of_version(), supervisor.workers);
    event(EVENT_ROLLED_BACK, supervisor.last_number, why);
    failure[0] = '\0';
    workers_keep_version();
    return PHASE_IDLE;
}
