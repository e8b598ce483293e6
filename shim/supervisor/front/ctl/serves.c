/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/serves.h"

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* The text itself: a pointer to it would be relocated at the start of each process of the server.
 */
static const char reasons[PHASES][48] = {
    [PHASE_FIRST] = "it is starting",
    [PHASE_ENDING] = "the next version starts when this one has ended",
    [PHASE_REPLACING] = "the next version is starting",
    [PHASE_PAUSING] = "the next version has failed, and is tried again",
    [PHASE_BACKOFF] = "it has died, and is to be started again",
    [PHASE_RESPAWNING] = "it has died, and is starting again",
    [PHASE_LEAVING] = "it is being stopped, and drains",
    [PHASE_STOPPING] = "it is being stopped",
};

/* One that another supervisor has started serves from the first phase on. */
const char *serves_not(void)
{
    bool serves = supervisor.current && supervisor.current->state == GENERATION_SERVING;

    return serves && !phase_is_alone() ? "" : reasons[supervisor.phase];
}
