/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/respawn.h"

#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/backoff.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/restart/serve.h"
#include "supervisor/restart/stop.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/release.h"
#include "supervisor/step/spawn.h"

static struct {
    int64_t starts[OPTIONS_RESPAWNS]; /* when: the last ones, in a ring */
    unsigned n;                       /* that there were */
    int64_t pause;                    /* before the next one */
    int64_t served;                   /* since when it does again */
    char died[EVENT_TEXT];            /* "generation 3 ended: killed by signal 9 (Killed)" */
} respawns;

/* As systemd's Restart=on-failure: these ask a server to end. */
static bool is_clean(int status)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};

    if (WIFEXITED(status))
        return WEXITSTATUS(status) == 0;
    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if (WTERMSIG(status) == signals[i])
            return true;
    return false;
}

static bool is_wanted(const struct generation *g)
{
    return supervisor.options.respawns > 0 && !is_clean(g->status);
}

/* Would one more be more than there may be in the time before it? */
static bool is_too_often(int64_t at)
{
    unsigned most = (unsigned)supervisor.options.respawns;

    return respawns.n >= most && at - respawns.starts[(respawns.n - most) % OPTIONS_RESPAWNS] <
                                     supervisor.options.respawn_within;
}

static void note_start(void)
{
    respawns.starts[respawns.n++ % OPTIONS_RESPAWNS] = clock_ms();
}

/* One that takes too long lives still. */
static enum phase give_up(struct generation *g, const char *how)
{
    log_line(LEVEL_ERROR,
             "%s; not started again after %d starts (GRACE_RESPAWN=%s): see what ends it, or allow "
             "more",
             respawns.died, supervisor.options.respawns, supervisor.options.respawn);
    event(EVENT_CRASHED, g->number, how);
    if (!g->exited) {
        generation_kill(g, SIGKILL);
        g->status = SIGKILL;
    }
    return stop_over(g);
}

/* What it has left behind must not be there beside the next one, as it is not in a restart of a
 * process manager; and who has a listener yet is not to accept for that moment. */
static void put_away(struct generation *g)
{
    if (g->exited && generation_lives(g))
        log_line(LEVEL_INFO, "processes of generation %u outlive its main process and are ended",
                 g->number);
    rolling_end();
    generation_share_paths(g, g); /* the next one's */
    drain_left(g);
}

static enum phase pause_after(struct generation *g, const char *verb, const char *how)
{
    int64_t pause = backoff_next(&respawns.pause);

    snprintf(respawns.died, sizeof respawns.died, "generation %u %s: %s", g->number, verb, how);
    supervisor.deadline = clock_ms() + pause;
    if (is_too_often(supervisor.deadline))
        return give_up(g, how);
    terminal_pass(generation_group(g), getpgrp()); /* Ctrl-C finds somebody during the pause */
    log_line(LEVEL_ERROR, "%s; starting again in %lld ms, clients wait", respawns.died,
             (long long)pause);
    event(EVENT_CRASHED, g->number, how);
    put_away(g);
    return PHASE_BACKOFF;
}

/* So long, also by several generations, that the last time is no reason to wait. */
static bool has_served_long(void)
{
    return clock_ms() - respawns.served >= supervisor.options.respawn_within;
}

enum phase respawn_lost(struct generation *g, const char *how)
{
    if (!is_wanted(g))
        return stop_crashed(g, how);
    if (has_served_long())
        respawns.pause = 0;
    nonblock_note();
    return pause_after(g, "ended", how);
}

enum phase respawn_by_next(struct generation *g, const char *how)
{
    struct generation *next = supervisor.next;

    if (!is_wanted(g))
        return stop_crashed(g, how);
    snprintf(respawns.died, sizeof respawns.died, "generation %u ended: %s", g->number, how);
    log_line(LEVEL_ERROR, "%s; generation %u is starting and takes its place, clients wait",
             respawns.died, next->number);
    event(EVENT_CRASHED, g->number, how);
    put_away(g);
    terminal_pass(generation_group(g), generation_group(next));
    supervisor.current = next;
    supervisor.next = NULL;
    return PHASE_RESPAWNING;
}

enum phase respawn_vanished(const struct generation *g)
{
    if (supervisor.options.respawns > 0)
        log_line(LEVEL_WARNING,
                 "generation %u ended, how is not known, for it was in the background: it is not "
                 "started again (GRACE_RESPAWN); a server that stays in the foreground is",
                 g->number);
    return stop_over(g);
}

/* It is alone, as a rule: what waits is not to be taken for it, nor lost if it fails. What the one
 * before was to get and has not taken waits beside the listener, where only an overlap looks. */
static uint32_t begin_alone(void)
{
    if (nonblock_shared() || pass_awaited()) {
        nonblock_begin();
        return ATTENTION_OVERLAP | pass_attention();
    }
    nonblock_restore();
    return 0;
}

enum phase respawn_next(void)
{
    struct generation *before = supervisor.current, *g;
    uint32_t attention = ATTENTION_STARTING | readiness_attention() | begin_alone();
    const char *why;

    pid_file_retired(before);
    note_start();
    g = generation_new(++supervisor.last_number, attention);
    if (!g)
        return pause_after(before, "can't be followed", supervisor_error_text("memfd or eventfd"));
    supervisor.current = g;
    log_line(LEVEL_INFO, "generation %u starting", g->number);
    event(EVENT_STARTED, g->number, "");
    why = spawn_generation(g);
    terminal_give(generation_group(g));
    return why ? respawn_failed(g, why) : PHASE_RESPAWNING;
}

enum phase respawn_ready(struct generation *g)
{
    char text[EVENT_TEXT + 64];

    generation_confirm(g);
    serve_begin(g);
    generation_own_paths(g);
    pid_file_settle();
    release_unwanted(); /* nobody is left who could empty their queues */
    respawns.served = clock_ms();
    snprintf(text, sizeof text, "generation %u ready in %lld ms; %s", g->number,
             (long long)g->ready_ms, respawns.died);
    event(EVENT_RESPAWNED, g->number, text);
    return PHASE_IDLE;
}

/* Ctrl-C reaches it also before it is ready; the restart signal is one more request then. */
static bool was_told_to_end(const struct generation *g)
{
    return g->exited && WIFSIGNALED(g->status) && is_clean(g->status) &&
           WTERMSIG(g->status) != supervisor.options.signal;
}

enum phase respawn_failed(struct generation *g, const char *why)
{
    readiness_end();
    if (was_told_to_end(g))
        return stop_crashed(g, why);
    return pause_after(g, "failed", why);
}

enum phase respawn_hurry(void)
{
    supervisor.deadline = 0;
    log_line(LEVEL_INFO, "starting again at once");
    return PHASE_BACKOFF;
}
