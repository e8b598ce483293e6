/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/rollback.h"

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/successors.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/pid_file.h"

/* Of several workers some may have been replaced. */
static void say_rolled_back(const struct generation *g, const char *reason)
{
    bool served = g->state == GENERATION_SERVING; /* in its probation */
    unsigned replaced = supervisor.workers > 1 ? workers_of_version() - served : 0;

    if (replaced > 0)
        log_line(LEVEL_ERROR,
                 "generation %u rolled back: %s; %u of %u workers are replaced, the others go on",
                 g->number, reason, replaced, supervisor.workers);
    else
        log_line(LEVEL_ERROR, "generation %u rolled back: %s; generation %u goes on", g->number,
                 reason, supervisor.current->number);
    event(EVENT_ROLLED_BACK, g->number, reason);
    workers_keep_version();
}

enum phase rollback(struct generation *g, const char *reason)
{
    supervisor.next = NULL;
    readiness_end();
    if (supervisor.grows)
        rolling_grow_failed(g->number, reason);
    else
        say_rolled_back(g, reason);
    pid_file_rolled_back(g);
    successors_end();
    drain_abandon(g);
    return PHASE_IDLE;
}

enum phase rollback_at_end(struct generation *g, const char *reason)
{
    rollback(g, reason);
    return supervisor.phase;
}

enum phase rollback_probation(struct generation *g, const char *reason)
{
    supervisor.current = supervisor.standby;
    supervisor.standby = NULL;
    workers_own_paths();
    terminal_give(generation_group(supervisor.current));
    return rollback(g, reason);
}
