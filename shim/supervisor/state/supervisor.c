/* SPDX-License-Identifier: ISC */
#include "supervisor/state/supervisor.h"

#include <sys/wait.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "protocol/clock.h"

struct supervisor supervisor;

bool phase_restarts(void)
{
    return supervisor.phase >= PHASE_STARTING && supervisor.phase <= PHASE_RESPAWNING;
}

bool phase_has_started(void)
{
    return supervisor.phase == PHASE_ASKING ||
           (phase_restarts() && !supervisor.grows && supervisor.phase != PHASE_ENDING &&
            supervisor.phase != PHASE_PAUSING && supervisor.phase != PHASE_BACKOFF);
}

bool phase_replaces(void)
{
    return supervisor.phase == PHASE_REPLACING || supervisor.phase == PHASE_RESPAWNING;
}

bool phase_stops(void)
{
    return supervisor.phase >= PHASE_LEAVING;
}

bool phase_is_alone(void)
{
    return supervisor.phase >= PHASE_ENDING;
}

bool supervisor_is_sequential(void)
{
    return supervisor.options.mode == MODE_SEQUENTIAL ||
           (supervisor.options.mode == MODE_AUTO && supervisor.alone[0] != '\0');
}

void supervisor_wake_at(int64_t deadline)
{
    if (deadline < supervisor.wake)
        supervisor.wake = deadline;
}

void supervisor_wake_in(int64_t ms)
{
    supervisor_wake_at(clock_ms() + ms);
}

const char *supervisor_error_text(const char *what)
{
    static char text[256];

    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    return text;
}

const char *supervisor_status_text(int status, char *text, unsigned size)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
                 sigdescr_np(WTERMSIG(status)) ? sigdescr_np(WTERMSIG(status)) : "real-time");
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(status));
    return text;
}
