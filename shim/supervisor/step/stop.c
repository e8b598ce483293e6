/* SPDX-License-Identifier: ISC */
#include "supervisor/step/stop.h"

#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>

#include "supervisor/kernel/clock.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/background.h"
#include "supervisor/step/borrow.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/path_owner.h"
#include "supervisor/step/restart.h"
#include "supervisor/step/sequential.h"

/* timeout(1) signals its child and then its own group: the child gets each signal twice. */
enum { SAME_MS = 500 };

static void stop_note(void)
{
    supervisor.stopping = true;
    supervisor.pending = WISH_NONE;
    if (supervisor.next)
        generation_kill(supervisor.next, SIGKILL);
    restart_probation_over(); /* else the end of the new one would bring the old one back */
    path_owner_alone(supervisor.current);
}

static void stop_deadline(void)
{
    int64_t timeout = supervisor.options.stop_timeout;

    supervisor.stop_deadline = timeout == CLOCK_NEVER ? CLOCK_NEVER : clock_ms() + timeout;
}

static void kill_all(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        generation_kill(g, SIGKILL);
}

void stop_begin(int sig)
{
    struct generation *g = supervisor.current;

    if (supervisor.stopping && !supervisor.stop_after_drain) {
        if (clock_ms() - supervisor.stop_begun < SAME_MS)
            return;
        log_line(LEVEL_WARNING, "second stop signal: killing the server");
        kill_all();
        return;
    }
    log_line(LEVEL_INFO, "stopping generation %u with SIG%s", g->number, options_signal_name(sig));
    event(EVENT_STOPPING, g->number, "");
    stop_note();
    supervisor.stop_after_drain = false;
    supervisor.stop_begun = clock_ms();
    stop_deadline();
    listener_release_all(); /* from here on the server's own close() refuses clients, as without us
                             */
    generation_signal(g, sig);
    generation_signal(g, SIGCONT);
}

/* Who waits in the queue during a sequential restart can be answered by the next generation only.
 */
static bool postponed(void)
{
    if (sequential_active() && !supervisor.stop_follows)
        log_line(LEVEL_INFO, "the next generation answers who waits, then it is stopped");
    supervisor.stop_follows = sequential_active();
    supervisor.pending = WISH_NONE;
    return supervisor.stop_follows;
}

void stop_drain(void)
{
    struct generation *g = supervisor.current;

    if (supervisor.stopping)
        return;
    if (sequential_pausing()) { /* it has failed: there is nobody to drain */
        stop_begin(SIGTERM);
        return;
    }
    if (postponed())
        return;
    log_line(LEVEL_INFO, "stopping generation %u when it has drained", g->number);
    event(EVENT_STOPPING, g->number, "");
    supervisor.stop_after_drain = true;
    stop_note();
    supervisor.stop_deadline = CLOCK_NEVER;
    borrow_listeners(g);
    drain_begin(g);
}

void stop_step(int64_t now)
{
    struct generation *g = supervisor.current;

    if (supervisor.stop_follows)
        stop_drain();
    if (g && g->exited && g->state != GENERATION_RETIRING && !supervisor.standby &&
        !sequential_active() && !generation_lives(g)) /* daemonized: nobody to wait for */
        supervisor_exit(0);
    if (!supervisor.stopping || supervisor.stop_deadline == CLOCK_NEVER)
        return;
    if (now >= supervisor.stop_deadline) {
        log_line(LEVEL_WARNING, "the server did not stop in time, killing it");
        kill_all();
        supervisor.stop_deadline = CLOCK_NEVER;
    }
    supervisor_wake_at(supervisor.stop_deadline);
}

static bool goes_on(struct generation *g, int status)
{
    return !supervisor.stopping && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
           generation_joined(g) && generation_lives(g);
}

/* A parent that dies of SIGTERM (tornado's, that of php -S) leaves workers that would accept for
 * ever. */
static bool leaves_servers(struct generation *g)
{
    struct listener *h;

    if (g->state == GENERATION_DRAINING || generation_scan(g) < 0)
        return false;
    TAILQ_FOREACH (h, &listener_list, link)
        if (generation_uses(g, h) && kernel_holds(&g->tree, h->socket.inode) > 0)
            return true;
    return false;
}

void stop_ended(int status)
{
    struct generation *g = supervisor.current;
    char how[128];

    if (sequential_active() && !supervisor.stopping) {
        sequential_died(g);
        return;
    }
    if (goes_on(g, status)) {
        background_follow(g);
        return;
    }
    supervisor_status_text(status, how, sizeof how);
    if (supervisor.stopping)
        log_line(LEVEL_INFO, "stopped: %s", how);
    else if (g->number > 1 || g->state != GENERATION_STARTING)
        log_line(LEVEL_INFO, "generation %u ended: %s", g->number, how);
    event(supervisor.stopping ? EVENT_STOPPED : EVENT_CRASHED, g->number, how);
    if (supervisor.stopping && leaves_servers(g)) {
        log_line(LEVEL_INFO, "processes of generation %u outlive its main process", g->number);
        drain_begin(g);
    }
    supervisor_exit(status);
}
