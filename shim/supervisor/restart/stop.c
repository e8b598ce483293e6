/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/stop.h"

#include <signal.h>

#include "protocol/clock.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/workers.h"
#include "supervisor/restart/overlap.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/release.h"
#include "supervisor/step/retire.h"

static int64_t begun;

/* Nobody is to take its place, nor to be brought back by its end. */
static void forget_others(void)
{
    supervisor.pending = REQUEST_NONE;
    if (supervisor.next)
        generation_kill(supervisor.next, SIGKILL);
    if (supervisor.standby)
        supervisor.phase = overlap_stays();
    while (supervisor.phase == PHASE_HANDOVER)
        supervisor.phase = overlap_done();
    if (supervisor.phase == PHASE_ROLLING)
        rolling_failed("the server is being stopped");
    generation_own_paths(supervisor.current);
}

static void kill_all(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING)
            retire_kill(g); /* nobody is to see it to its end */
        else
            generation_kill(g, SIGKILL);
}

static void ask(struct generation *g, int sig)
{
    generation_attention(g, ATTENTION_ENDING, 0);
    generation_signal(g, sig);
    generation_signal(g, SIGCONT);
}

/* Those beside the one that leads; if they drain already, for they were to leave with it. */
static void ask_others(int sig)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g == supervisor.current)
            continue;
        if (g->state == GENERATION_SERVING)
            ask(g, sig);
        else if (g->state == GENERATION_DRAINING && supervisor.workers > 1)
            retire_begin(g);
    }
}

enum phase stop_begin(int sig)
{
    struct generation *g = supervisor.current;

    log_line(LEVEL_INFO, "stopping generation %u with SIG%s", g->number, signal_name(sig));
    event(EVENT_STOPPING, g->number, "");
    forget_others();
    g = supervisor.current; /* the one that led may have been one too many */
    detached_part(g);
    begun = clock_ms();
    supervisor.deadline = begun + supervisor.options.stop_timeout;
    listener_release_all(); /* the server's own close() refuses clients now, as without us */
    ask(g, sig);
    ask_others(sig);
    return PHASE_STOPPING;
}

enum phase stop_again(int sig)
{
    if (sig == SIGKILL) {
        log_line(LEVEL_WARNING, "the server did not stop in time, killing it");
        supervisor.deadline = CLOCK_NEVER;
    } else if (clock_ms() - begun >= STOP_ECHO_MS) {
        log_line(LEVEL_WARNING, "second stop signal: killing the server");
    } else {
        return PHASE_STOPPING;
    }
    kill_all();
    return PHASE_STOPPING;
}

enum phase stop_now(void)
{
    if (supervisor.phase == PHASE_STOPPING)
        log_line(LEVEL_WARNING, "it is not to take its time: killing the server");
    else
        stop_begin(SIGKILL);
    supervisor.deadline = CLOCK_NEVER;
    kill_all();
    return PHASE_STOPPING;
}

static void drain_others(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g != supervisor.current && g->state == GENERATION_SERVING) {
            detached_part(g);
            drain_begin(g);
        }
}

enum phase stop_drain(void)
{
    struct generation *g = supervisor.current;

    log_line(LEVEL_INFO, "stopping generation %u when it has drained", g->number);
    event(EVENT_STOPPING, g->number, "");
    detached_part(g);
    fetch_listeners(g);
    private_note();
    release_served();
    forget_others();
    supervisor.deadline = CLOCK_NEVER;
    drain_begin(supervisor.current);
    drain_others();
    return PHASE_LEAVING;
}

enum phase stop_follows(void)
{
    if (supervisor.pending != REQUEST_STOP)
        log_line(LEVEL_INFO, "the next generation answers who waits, then it is stopped");
    supervisor.pending = REQUEST_STOP;
    return supervisor.phase;
}

enum phase stop_over(const struct generation *g)
{
    supervisor.ended = true;
    supervisor.status = g->status;
    supervisor.deadline = CLOCK_NEVER;
    return PHASE_STOPPING;
}

enum phase stop_crashed(const struct generation *g, const char *how)
{
    if (g->number > 1 || g->state != GENERATION_STARTING) /* else its own words will do */
        log_line(LEVEL_INFO, "generation %u ended: %s", g->number, how);
    event(EVENT_CRASHED, g->number, how);
    return stop_over(g);
}

/* A parent that dies of SIGTERM (tornado's, that of php -S) leaves workers that would accept for
 * ever. */
static bool leaves_servers(struct generation *g)
{
    struct listener *h;

    if (g->state >= GENERATION_DRAINING || generation_scan(g) < 0)
        return false;
    TAILQ_FOREACH (h, &listener_list, link)
        if (generation_uses(g, h) && kernel_holds(&g->tree, h->socket.inode) > 0)
            return true;
    return false;
}

enum phase stop_ended(struct generation *g, const char *how)
{
    log_line(LEVEL_INFO, "stopped: %s", how);
    event(EVENT_STOPPED, g->number, how);
    if (g->killed == SIGKILL) {
        generation_kill(g, SIGKILL); /* also what was forked meanwhile */
    } else if (leaves_servers(g)) {
        log_line(LEVEL_INFO, "processes of generation %u outlive its main process", g->number);
        drain_begin(g);
    }
    return stop_over(g);
}
