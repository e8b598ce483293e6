/* SPDX-License-Identifier: ISC */
#include "supervisor/step/lost_wakeup.h"

#include "protocol/clock.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

enum { FIRST_MS = 10, LAST_MS = 1000 };

static int64_t began, due; /* 0: two accept */

void lost_wakeup_begin(void)
{
    began = 0;
}

static bool is_somebody_waiting(const struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && listener_has_queue(g->bound[i]))
            return true;
    return false;
}

bool lost_wakeup_awaited(void)
{
    int64_t now = clock_ms();

    if (began == 0)
        began = due = now;
    if (now - began > LAST_MS || (now >= due && !is_somebody_waiting(supervisor.current)))
        return false;
    if (now >= due) {
        slots_tell(supervisor.current, SLOTS_ALL);
        due = now + FIRST_MS + (now - began);
    }
    supervisor_wake_at(due);
    return true;
}
