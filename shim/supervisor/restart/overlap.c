/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/overlap.h"

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/successors.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/rollback.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/restart/serve.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/spawn.h"

static enum phase could_not_begin(void)
{
    const char *why = supervisor_error_text("memfd or eventfd");

    if (supervisor.grows) {
        rolling_grow_failed(supervisor.last_number, why);
        return PHASE_IDLE;
    }
    log_line(LEVEL_ERROR, "restart failed: %s; generation %u goes on", why,
             supervisor.current->number);
    event(EVENT_ROLLED_BACK, supervisor.last_number, why);
    workers_keep_version();
    return PHASE_IDLE;
}

static void say_start(const struct generation *g)
{
    if (supervisor.grows)
        event(EVENT_STARTED, g->number, "");
    else if (g->number == supervisor.version)
        event(EVENT_RESTARTING, g->number, "");
    if (supervisor.workers > 1)
        log_line(LEVEL_INFO, "generation %u starting, worker %u of %u", g->number, g->worker,
                 supervisor.workers);
    else
        log_line(LEVEL_INFO, "generation %u starting", g->number);
}

static enum phase start(struct generation *g)
{
    const char *why;

    supervisor.next = g;
    g->worker = worker_missing();
    atomic_store(&g->page->worker, g->worker);
    say_start(g);
    successors_begin(g);
    pid_file_step_aside();
    why = spawn_generation(g);
    return why ? rollback(g, why) : PHASE_STARTING;
}

enum phase overlap_next(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_SERVING) {
            detached_part(g);
            fetch_listeners(g);
        }
    private_note();
    nonblock_begin();
    g = generation_new(++supervisor.last_number, ATTENTION_STARTING | ATTENTION_OVERLAP |
                                                     pass_attention() | readiness_attention());
    return g ? start(g) : could_not_begin();
}

enum phase overlap_begin(void)
{
    supervisor.version = supervisor.last_number + 1;
    return overlap_next();
}

enum phase overlap_grow(void)
{
    supervisor.grows = true;
    return overlap_next();
}

enum phase overlap_stays(void)
{
    struct generation *old = supervisor.standby;

    supervisor.standby = NULL;
    pid_file_settle();
    successors_end();
    if (old)
        drain_begin(old);
    workers_own_paths();
    if (old && supervisor.hurries)
        drain_hurry();
    return PHASE_HANDOVER;
}

enum phase overlap_done(void)
{
    return rolling_on();
}

static void share_paths(const struct generation *g)
{
    struct generation *other;

    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g && other->state == GENERATION_SERVING)
            generation_share_paths(other, g);
}

enum phase overlap_ready(struct generation *g)
{
    struct generation *old = worker_before(g);

    supervisor.current = g;
    supervisor.next = NULL;
    supervisor.standby = old;
    generation_confirm(g);
    share_paths(g);
    serve_begin(g);
    if (old)
        terminal_pass(generation_group(old), generation_group(g));
    if (!old || supervisor.options.probation <= 0)
        return overlap_stays();
    g->deadline = clock_ms() + supervisor.options.probation;
    return PHASE_PROBATION;
}

enum phase overlap_old_lost(const struct generation *g, const char *how)
{
    log_line(LEVEL_WARNING, "generation %u ended: %s; there is no way back any more", g->number,
             how);
    return overlap_stays();
}
