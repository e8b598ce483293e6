/* SPDX-License-Identifier: ISC */
#include "supervisor/step/sequential.h"

#include <sys/wait.h>
#include <errno.h>
#include <stdio.h>

#include "supervisor/kernel/clock.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/borrow.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/path_owner.h"
#include "supervisor/step/readiness.h"
#include "supervisor/step/restart.h"
#include "supervisor/step/retire.h"

enum { PAUSE_FIRST_MS = 500, PAUSE_MOST_MS = 30000 };

static struct {
    enum { IDLE, ENDING, STARTING, PAUSING } phase;
    int64_t retry;
    int64_t pause;
} sequence;

bool sequential_active(void)
{
    return sequence.phase != IDLE;
}

bool sequential_starting(void)
{
    return sequence.phase == STARTING;
}

bool sequential_pausing(void)
{
    return sequence.phase == PAUSING;
}

bool sequential_hurry(void)
{
    if (!sequential_pausing())
        return false;
    sequence.retry = 0;
    return true;
}

void sequential_begin(void)
{
    sequence.phase = ENDING;
    sequence.pause = PAUSE_FIRST_MS;
    event(EVENT_RESTARTING, supervisor.last_number + 1, "");
    log_line(LEVEL_INFO, "generation %u ends before the next one starts, clients wait",
             supervisor.current->number);
    if (!(supervisor.current->attention & ATTENTION_DRAINING)) /* else they were just looked for */
        borrow_listeners(supervisor.current);
    path_owner_share(supervisor.current, supervisor.current); /* the next one's */
    drain_begin(supervisor.current);
}

static void pause_after(unsigned number, const char *reason)
{
    sequence.phase = PAUSING;
    sequence.retry = clock_ms() + sequence.pause;
    log_line(LEVEL_ERROR, "generation %u failed: %s; trying again in %lld ms, clients wait", number,
             reason, (long long)sequence.pause);
    event(EVENT_FAILED, number, reason);
    sequence.pause = 2 * sequence.pause < PAUSE_MOST_MS ? 2 * sequence.pause : PAUSE_MOST_MS;
    supervisor_wake_at(sequence.retry);
}

static void failed(struct generation *g, const char *reason)
{
    readiness_end();
    pause_after(g->number, reason);
    retire_begin(g, 0);
}

static bool was_not_executed(struct generation *g)
{
    char why[256];

    if (!spawn_failed(g, why, sizeof why))
        return false;
    failed(g, why);
    return true;
}

static bool start_next(void)
{
    struct generation *g =
        generation_new(++supervisor.last_number, ATTENTION_STARTING | readiness_attention());
    const char *step = "memfd or eventfd";
    char why[256];
    int r;

    if (!g) {
        spawn_describe(errno, step, why, sizeof why);
        pause_after(supervisor.last_number, why);
        return false;
    }
    sequence.phase = STARTING;
    supervisor.current = g;
    log_line(LEVEL_INFO, "generation %u starting", g->number);
    r = spawn_generation(g, &step);
    if (r < 0) {
        spawn_describe(-r, step, why, sizeof why);
        failed(g, why);
    }
    return true;
}

bool sequential_gone(void)
{
    if (sequence.phase == PAUSING && clock_ms() < sequence.retry) {
        supervisor_wake_at(sequence.retry);
        return false;
    }
    return start_next();
}

void sequential_died(struct generation *g)
{
    char how[128], why[192];

    if (sequence.phase != STARTING)
        return; /* it was told to */
    if (was_not_executed(g))
        return;
    if (WIFEXITED(g->status) && WEXITSTATUS(g->status) == 0 && generation_lives(g))
        return; /* into the background */
    snprintf(why, sizeof why, "%s after %lld ms, before it was ready",
             supervisor_status_text(g->status, how, sizeof how),
             (long long)(clock_ms() - g->started));
    failed(g, why);
}

void sequential_step(int64_t now)
{
    struct generation *g = supervisor.current;
    char missing[160], why[224];

    if (sequence.phase != STARTING || was_not_executed(g))
        return;
    supervisor_wake_at(g->deadline);
    if (g->exited && !generation_lives(g)) {
        failed(g, "all its processes ended before it was ready");
    } else if (g->deadline != CLOCK_NEVER && now >= g->deadline) {
        readiness_missing(g, missing, sizeof missing);
        snprintf(why, sizeof why, "not ready after %lld ms: %s", (long long)(now - g->started),
                 missing);
        failed(g, why);
    }
}

void sequential_ready(void)
{
    if (sequence.phase != STARTING)
        return;
    sequence.phase = IDLE;
    path_owner_alone(supervisor.current);
    restart_succeeded();
}
