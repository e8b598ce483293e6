/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/rollback.h"

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/successors.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/pid_file.h"

enum phase rollback(struct generation *g, const char *reason)
{
    supervisor.next = NULL;
    readiness_end();
    log_line(LEVEL_ERROR, "generation %u rolled back: %s; generation %u goes on", g->number, reason,
             supervisor.current->number);
    event(EVENT_ROLLED_BACK, g->number, reason);
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
    generation_own_paths(supervisor.current);
    terminal_give(generation_group(supervisor.current));
    return rollback(g, reason);
}
