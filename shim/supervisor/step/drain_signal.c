/* SPDX-License-Identifier: ISC */
#include "supervisor/step/drain_signal.h"

#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/supervisor.h"

static int choose(struct generation *g, pid_t pid, int sig)
{
    return g->exited && !slots_takes_part(g, pid) ? 0 : sig;
}

bool drain_signal_sent(const struct generation *g)
{
    return g->state == GENERATION_DRAINING && (g->attention & ATTENTION_ENDING);
}

/* Noted first: of a supervisor that is killed in between the next one sends none, rather than a
 * second one, which many servers take for "at once". */
void drain_signal_send(struct generation *g)
{
    int sig = supervisor.options.drain_signal;

    if (sig == 0 || drain_signal_sent(g))
        return;
    generation_attention(g, ATTENTION_ENDING, 0);
    if (generation_signal_chosen(g, sig, choose) > 0)
        log_line(LEVEL_INFO, "generation %u: sent SIG%s, as GRACE_DRAIN_SIGNAL says", g->number,
                 signal_name(sig));
}
