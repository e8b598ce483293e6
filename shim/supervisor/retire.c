/* SPDX-License-Identifier: ISC */
#include "retire.h"

#include <signal.h>

#include "clock.h"
#include "pidfile.h"
#include "report.h"
#include "sequence.h"
#include "supervisor.h"

enum { LOOK_MS = 10, KILL_AGAIN_MS = 50 };

void retire_begin(struct generation *g, int sig)
{
    int64_t timeout = supervisor.options.stop_timeout;

    g->state = GENERATION_RETIRING;
    if (sig == 0 || sig == SIGKILL) {
        generation_kill(g, SIGKILL);
        g->deadline = clock_ms() + KILL_AGAIN_MS;
    } else {
        g->killed = sig;
        generation_signal(g, sig);
        g->deadline = timeout == CLOCK_NEVER ? CLOCK_NEVER : clock_ms() + timeout;
    }
    supervisor_wake_in(0);
}

/* Nothing is left of the generation that served: it was stopped, or makes room for the next. */
static bool makes_room(const struct generation *g)
{
    if (supervisor.stopping)
        supervisor_exit(g->status);
    return sequence_active() && sequence_gone();
}

static void retired(struct generation *g)
{
    if (g == supervisor.current && !makes_room(g))
        return;
    report(REPORT_INFO, "generation %u retired", g->number);
    supervisor_event("retired", "");
    pidfile_retired(g);
    generation_free(g);
    held_collect(TAILQ_EMPTY(&generation_list) ? 0 : TAILQ_FIRST(&generation_list)->number);
}

/* As long as the main process lives SIGCHLD will tell; its orphans have to be looked for. */
static bool main_lives(const struct generation *g)
{
    return g->main != 0 && !g->exited;
}

static void step(struct generation *g, int64_t now)
{
    if (!main_lives(g) && !generation_lives(g)) {
        retired(g);
        return;
    }
    if (g->deadline != CLOCK_NEVER && now >= g->deadline) {
        if (g->killed != SIGKILL)
            report(REPORT_WARNING, "generation %u did not stop on SIG%s, killing it", g->number,
                   options_signal_name(g->killed));
        generation_kill(g, SIGKILL); /* again: what was forked meanwhile */
        g->deadline = now + KILL_AGAIN_MS;
    }
    supervisor_wake_at(g->deadline);
    if (!main_lives(g))
        supervisor_wake_in(LOOK_MS);
}

void retire_step(int64_t now)
{
    struct generation *g = TAILQ_FIRST(&generation_list), *after;

    for (; g; g = after) {
        after = TAILQ_NEXT(g, link);
        if (g->state == GENERATION_RETIRING)
            step(g, now);
    }
}
