/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/permission.h"

#include <stdio.h>

#include "supervisor/generation/generation.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/user_command.h"

static struct {
    struct user_command run;
    bool began;
    char who[64];
} asked = {.run.heard = true};

enum phase permission_ask(const char *who)
{
    snprintf(asked.who, sizeof asked.who, "%s", who);
    log_line(LEVEL_DEBUG, "asking GRACE_BEFORE_RESTART");
    event(EVENT_ASKING, supervisor.last_number + 1, "");
    supervisor_wake_in(0); /* who looks for the answer starts it */
    return PHASE_ASKING;
}

static bool begin(void)
{
    const struct user_command_about about = {.generation = supervisor.last_number + 1,
                                             .main = supervisor.current->main,
                                             .reason = asked.who};

    asked.began = user_command_start(&asked.run, supervisor.options.before_restart, &about,
                                     supervisor.options.ready_timeout);
    return asked.began;
}

bool permission_answered(int64_t now, char *reason, size_t size)
{
    if (!asked.began && !begin()) {
        snprintf(reason, size, "%s", supervisor_error_text("pipe or fork"));
        return true;
    }
    if (user_command_runs(&asked.run, now))
        return false;
    if (!user_command_failed(&asked.run, reason, size)) {
        if (*reason)
            log_line(LEVEL_INFO, "GRACE_BEFORE_RESTART: %s", reason);
        *reason = '\0';
    }
    return true;
}

enum phase permission_refused(const char *reason)
{
    log_line(LEVEL_WARNING, "restart vetoed: %s; generation %u goes on", reason,
             supervisor.current->number);
    event(EVENT_VETOED, supervisor.last_number + 1, reason);
    return PHASE_IDLE;
}

void permission_end(void)
{
    user_command_drop(&asked.run);
    asked.began = false;
}
