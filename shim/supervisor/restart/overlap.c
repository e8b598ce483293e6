/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/overlap.h"

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/successors.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/rollback.h"
#include "supervisor/restart/serve.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/spawn.h"

static enum phase could_not_begin(void)
{
    const char *why = supervisor_error_text("memfd or eventfd");

    log_line(LEVEL_ERROR, "restart failed: %s; generation %u goes on", why,
             supervisor.current->number);
    event(EVENT_ROLLED_BACK, supervisor.last_number, why);
    return PHASE_IDLE;
}

static enum phase start(struct generation *g)
{
    const char *why;

    supervisor.next = g;
    event(EVENT_RESTARTING, g->number, "");
    log_line(LEVEL_INFO, "generation %u starting", g->number);
    successors_begin(g);
    pid_file_step_aside();
    why = spawn_generation(g);
    return why ? rollback(g, why) : PHASE_STARTING;
}

enum phase overlap_begin(void)
{
    struct generation *g;

    detached_part(supervisor.current);
    fetch_listeners(supervisor.current);
    private_note();
    nonblock_begin();
    g = generation_new(++supervisor.last_number,
                       ATTENTION_STARTING | ATTENTION_OVERLAP | readiness_attention());
    return g ? start(g) : could_not_begin();
}

enum phase overlap_stays(void)
{
    struct generation *old = supervisor.standby;

    supervisor.standby = NULL;
    generation_own_paths(supervisor.current);
    pid_file_settle();
    successors_end();
    drain_begin(old);
    if (supervisor.hurries)
        drain_hurry();
    return PHASE_HANDOVER;
}

enum phase overlap_done(void)
{
    serve_restarted();
    return PHASE_IDLE;
}

enum phase overlap_ready(struct generation *g)
{
    struct generation *old = supervisor.current;

    supervisor.current = g;
    supervisor.next = NULL;
    supervisor.standby = old;
    generation_confirm(g);
    generation_share_paths(old, g);
    serve_begin(g);
    terminal_pass(generation_group(old), generation_group(g));
    if (supervisor.options.probation <= 0)
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
