/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/max_age.h"

#include "protocol/clock.h"
#include "supervisor/generation/generation.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

static unsigned served_by; /* the number of the generation that was last seen to serve */
static int64_t due;

bool max_age_reached(int64_t now)
{
    const int64_t age = supervisor.options.max_age;
    bool reached;

    if (age >= CLOCK_NEVER)
        return false;
    if (served_by != supervisor.current->number)
        due = now + age;
    served_by = supervisor.current->number;
    reached = now >= due;
    if (reached) {
        due = now + age;
        log_line(LEVEL_INFO,
                 "generation %u has served for its time (GRACE_MAX_AGE): a periodic restart",
                 served_by);
    }
    supervisor_wake_at(due);
    return reached;
}
