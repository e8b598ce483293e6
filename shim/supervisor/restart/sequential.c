/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/sequential.h"

#include <stdio.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/backoff.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/serve.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/release.h"
#include "supervisor/step/retire.h"
#include "supervisor/step/spawn.h"
#include "supervisor/step/stay.h"

static int64_t next_pause;

/* Where no server serves Ctrl-C is for us, and ends it all. */
static void take_terminal(const struct generation *g)
{
    terminal_pass(generation_group(g), getpgrp());
}

enum phase sequential_begin(void)
{
    struct generation *g = supervisor.current;

    supervisor.deadline = 0;
    detached_part(g);
    next_pause = BACKOFF_LEAST_MS;
    event(EVENT_RESTARTING, supervisor.last_number + 1, "");
    log_line(LEVEL_INFO, "generation %u ends before the next one starts, clients wait", g->number);
    if (!(g->attention & ATTENTION_DRAINING)) { /* else they were just looked for */
        fetch_listeners(g);
        nonblock_note();
    }
    generation_share_paths(g, g); /* the next one's */
    take_terminal(g);
    drain_begin(g);
    if (supervisor.hurries)
        drain_hurry();
    return PHASE_ENDING;
}

static enum phase pause_after(unsigned number, const char *reason)
{
    int64_t pause = backoff_next(&next_pause);

    supervisor.deadline = clock_ms() + pause;
    log_line(LEVEL_ERROR, "generation %u failed: %s; trying again in %lld ms, clients wait", number,
             reason, (long long)pause);
    event(EVENT_FAILED, number, reason);
    return PHASE_PAUSING;
}

static enum phase give_up(struct generation *g, const char *reason)
{
    readiness_end();
    take_terminal(g);
    pause_after(g->number, reason);
    retire_kill(g);
    return PHASE_PAUSING;
}

/* A supervisor that takes over finds it there. */
static void note_alone(const char *held)
{
    struct generation *g;

    snprintf(supervisor.alone, sizeof supervisor.alone, "%s", held);
    TAILQ_FOREACH (g, &generation_list, link)
        atomic_store(&g->page->alone, 1);
}

enum phase sequential_instead(struct generation *g, const char *held)
{
    supervisor.next = NULL;
    readiness_end();
    log_line(LEVEL_WARNING,
             "generation %u needs what generation %u has locked (%s): going on sequentially",
             g->number, supervisor.current->number, held);
    note_alone(held);
    pid_file_come_back();
    drain_abandon(g);
    return sequential_begin();
}

enum phase sequential_next(void)
{
    /* there was an overlap before, and the one that has ended has not taken all that it was given
     */
    uint32_t taking = pass_awaited() ? pass_attention() : 0;
    struct generation *g;
    const char *why;

    stay_end_all();
    nonblock_restore();
    g = generation_new(++supervisor.last_number,
                       ATTENTION_STARTING | readiness_attention() | taking);
    if (!g)
        return pause_after(supervisor.last_number, supervisor_error_text("memfd or eventfd"));
    supervisor.current = g;
    log_line(LEVEL_INFO, "generation %u starting", g->number);
    why = spawn_generation(g);
    terminal_give(generation_group(g));
    return why ? give_up(g, why) : PHASE_REPLACING;
}

enum phase sequential_ready(struct generation *g)
{
    generation_confirm(g);
    serve_begin(g);
    generation_own_paths(g);
    release_unwanted(); /* nobody is left who could empty their queues */
    serve_restarted();
    return PHASE_IDLE;
}

enum phase sequential_failed(struct generation *g, const char *why)
{
    return give_up(g, why);
}

enum phase sequential_hurry(void)
{
    supervisor.deadline = 0;
    log_line(LEVEL_INFO, "trying again at once");
    return PHASE_PAUSING;
}
