/* SPDX-License-Identifier: ISC */
#include "supervisor/state/phase.h"

#include "supervisor/state/supervisor.h"

bool phase_restarts(void)
{
    return supervisor.phase >= PHASE_STARTING && supervisor.phase <= PHASE_PAUSING;
}

bool phase_has_started(void)
{
    return supervisor.phase == PHASE_STARTING || supervisor.phase == PHASE_PROBATION ||
           supervisor.phase == PHASE_REPLACING;
}

bool phase_stops(void)
{
    return supervisor.phase >= PHASE_LEAVING;
}

bool phase_is_alone(void)
{
    return supervisor.phase >= PHASE_ENDING;
}
