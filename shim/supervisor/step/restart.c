/* SPDX-License-Identifier: ISC */
#include "supervisor/step/restart.h"

#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "supervisor/kernel/clock.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/borrow.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/lost.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/path_owner.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/readiness.h"
#include "supervisor/step/resume.h"
#include "supervisor/step/sequential.h"
#include "supervisor/step/unwrapped.h"

static const char ALL_ENDED[] = "all its processes ended";

void restart_ended(void)
{
    enum restart_wish wish = supervisor.pending;
    const char *refused;

    if (wish == WISH_NONE || supervisor.stopping)
        return;
    supervisor.pending = WISH_NONE;
    refused = restart_request(wish, "a request during the last restart");
    if (refused)
        event(EVENT_REFUSED, supervisor.current->number, refused);
}

bool restart_busy(void)
{
    return supervisor.next || supervisor.standby || sequential_starting();
}

/* The next generation is given up; what it bound itself goes with it. */
static void rollback(struct generation *g, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void rollback(struct generation *g, const char *format, ...)
{
    char reason[EVENT_TEXT];
    va_list list;

    va_start(list, format);
    vsnprintf(reason, sizeof reason, format, list);
    va_end(list);
    supervisor.next = NULL;
    readiness_end();
    log_line(LEVEL_ERROR, "generation %u rolled back: %s; generation %u goes on", g->number, reason,
             supervisor.current->number);
    event(EVENT_ROLLED_BACK, g->number, reason);
    pid_file_rolled_back(g);
    drain_abandon(g);
    restart_ended();
}

int restart_first(const char **step)
{
    struct generation *g = generation_new(++supervisor.last_number, ATTENTION_STARTING);
    char why[256];
    int r = g ? spawn_and_wait(g, step) : -errno;

    if (r == 0) {
        supervisor.current = g;
        event(EVENT_STARTED, g->number, "");
        return 0;
    }
    if (!g)
        *step = "memfd or eventfd";
    if (strcmp(*step, "exec") != 0) {
        if (g && g->main > 0)
            waitpid(g->main, NULL, 0);
        errno = -r;
        return 125;
    }
    spawn_describe(-r, *step, why, sizeof why);
    log_line(LEVEL_ERROR, "%s; check the command", why);
    return r == -ENOENT ? 127 : 126;
}

static bool was_not_executed(struct generation *g)
{
    char why[256];

    if (!spawn_failed(g, why, sizeof why))
        return false;
    rollback(g, "%s", why);
    return true;
}

static void restart_begin(void)
{
    struct generation *g;
    const char *step = "memfd or eventfd";
    char why[256];
    int r;

    borrow_listeners(supervisor.current);
    nonblock_begin();
    g = generation_new(++supervisor.last_number,
                       ATTENTION_STARTING | ATTENTION_OVERLAP | readiness_attention());
    if (!g) {
        spawn_describe(errno, step, why, sizeof why);
        log_line(LEVEL_ERROR, "restart failed: %s; generation %u goes on", why,
                 supervisor.current->number);
        event(EVENT_FAILED, supervisor.last_number, why);
        return;
    }
    supervisor.next = g;
    event(EVENT_RESTARTING, g->number, "");
    log_line(LEVEL_INFO, "generation %u starting", g->number);
    pid_file_step_aside();
    r = spawn_generation(g, &step);
    if (r < 0) {
        spawn_describe(-r, step, why, sizeof why);
        rollback(g, "%s", why);
    }
}

static const char *refusal(void)
{
    const char *refused;

    if (supervisor.stopping || supervisor.stop_follows)
        return "the server is being stopped";
    refused = unwrapped_refusal();
    return refused ? refused : lost_refusal(supervisor.current);
}

static void refuse(enum restart_wish wish, const char *refused)
{
    bool pass_on = wish == WISH_SIGNAL && unwrapped_refusal();

    log_line(LEVEL_WARNING, "no restart: %s%s", refused,
             pass_on ? ", the signal was passed on" : "");
    if (pass_on)
        generation_signal(supervisor.current, supervisor.options.signal);
}

bool restart_going_on(void)
{
    return restart_busy() || sequential_active();
}

static void say_why_it_waits(void)
{
    if (restart_going_on())
        log_line(LEVEL_INFO, "restart requested during a restart: one more will follow");
    else if (supervisor.current->state == GENERATION_STARTING)
        log_line(LEVEL_INFO, "restart waits until generation %u is ready",
                 supervisor.current->number);
    else
        log_line(LEVEL_INFO, "restart waits a moment: %d old generations drain (GRACE_MAX_OLD)",
                 supervisor.options.max_old);
}

static void postpone(enum restart_wish wish)
{
    if (supervisor.pending == WISH_NONE)
        say_why_it_waits();
    if (supervisor.pending != WISH_SIGNAL)
        supervisor.pending = wish;
}

const char *restart_request(enum restart_wish wish, const char *who)
{
    const char *refused = refusal();

    log_line(LEVEL_DEBUG, "restart requested by %s", who);
    if (refused) {
        refuse(wish, refused);
    } else if (sequential_hurry()) {
        log_line(LEVEL_INFO, "trying again at once");
    } else if (restart_going_on() || supervisor.current->state == GENERATION_STARTING ||
               drain_room_at() > clock_ms()) {
        postpone(wish);
    } else if (supervisor.options.sequential) {
        sequential_begin();
    } else {
        restart_begin();
    }
    return refused;
}

static void report_ready(struct generation *g)
{
    struct generation_listeners l = generation_listeners(g);

    g->ready_ms = clock_ms() - g->started;
    log_line(LEVEL_INFO, "generation %u ready in %lld ms (%u listener%s)", g->number,
             (long long)g->ready_ms, l.used, l.used == 1 ? "" : "s");
    event(EVENT_READY, g->number, "");
    if (supervisor.options.ready == READY_AUTO && l.waited < l.used)
        log_line(LEVEL_WARNING, "%u of %u listeners are not waited on; restarts will not expect it",
                 l.used - l.waited, l.used);
}

/* What the serving generation waits on, the next one has to wait on too. */
static void note_expectations(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i])
            g->bound[i]->waited = (g->page->listeners[i].flags & LISTENER_WAITED) != 0;
}

static void serve(struct generation *g)
{
    g->state = GENERATION_SERVING;
    g->deadline = CLOCK_NEVER;
    report_ready(g);
    note_expectations(g);
    generation_attention(g, 0, ATTENTION_STARTING);
    resume_begin(g);
}

void restart_succeeded(void)
{
    char text[64];

    snprintf(text, sizeof text, "generation %u ready in %lld ms", supervisor.current->number,
             (long long)supervisor.current->ready_ms);
    event(EVENT_SUCCEEDED, supervisor.current->number, text);
}

void restart_probation_over(void)
{
    struct generation *old = supervisor.standby;

    if (!old)
        return;
    supervisor.standby = NULL;
    path_owner_alone(supervisor.current);
    restart_succeeded();
    pid_file_settle();
    drain_begin(old);
    restart_ended();
}

static void promote(void)
{
    struct generation *old = supervisor.current;

    supervisor.current = supervisor.next;
    supervisor.next = NULL;
    supervisor.standby = old;
    generation_confirm(supervisor.current);
    path_owner_share(old, supervisor.current);
    serve(supervisor.current);
    terminal_pass(old->main, supervisor.current->main);
    if (supervisor.options.probation > 0)
        supervisor.current->deadline = clock_ms() + supervisor.options.probation;
    else
        restart_probation_over();
}

static void step_first(void)
{
    struct generation *g = supervisor.current;

    if (g->state != GENERATION_STARTING || !readiness_reached(g))
        return;
    generation_confirm(g);
    serve(g);
    sequential_ready();
    restart_ended();
}

static void step_next(int64_t now)
{
    struct generation *g = supervisor.next;

    if (was_not_executed(g))
        return;
    if (readiness_reached(g)) {
        promote();
    } else if (g->exited && !generation_lives(g)) {
        rollback(g, "%s after %lld ms, before it was ready", ALL_ENDED,
                 (long long)(now - g->started));
    } else if (g->deadline != CLOCK_NEVER && now >= g->deadline) {
        char missing[160];

        readiness_missing(g, missing, sizeof missing);
        rollback(g, "not ready after %lld ms: %s", (long long)(now - g->started), missing);
    } else {
        supervisor_wake_at(g->deadline);
    }
}

static void probation_failed(struct generation *g, const char *how)
{
    supervisor.current = supervisor.standby;
    supervisor.standby = NULL;
    path_owner_alone(supervisor.current);
    terminal_give(supervisor.current->main);
    rollback(g, "%s %lld ms after it was ready", how,
             (long long)(clock_ms() - g->started - g->ready_ms));
}

static void standby_lost(const char *how)
{
    log_line(LEVEL_WARNING, "generation %u ended: %s; there is no way back any more",
             supervisor.standby->number, how);
    restart_probation_over();
}

/* A daemon: no SIGCHLD will tell. */
static bool has_vanished(struct generation *g)
{
    return g->exited && !generation_lives(g);
}

static void step_probation(int64_t now)
{
    if (has_vanished(supervisor.current))
        probation_failed(supervisor.current, ALL_ENDED);
    else if (has_vanished(supervisor.standby))
        standby_lost(ALL_ENDED);
    else if (now >= supervisor.current->deadline)
        restart_probation_over();
    else
        supervisor_wake_at(supervisor.current->deadline);
}

/* What waits for the end of a restart begins there. */
static void step_postponed(int64_t now)
{
    int64_t due = drain_room_at();

    if (supervisor.pending == WISH_NONE || restart_going_on() ||
        supervisor.current->state == GENERATION_STARTING)
        return;
    if (now >= due)
        restart_ended();
    else
        supervisor_wake_at(due);
}

void restart_step(int64_t now)
{
    if (supervisor.stopping)
        return;
    if (supervisor.next)
        step_next(now);
    else
        step_first();
    sequential_step(now);
    if (supervisor.standby)
        step_probation(now);
    step_postponed(now);
}

/* The signal came before the shim could take it. */
static bool died_of_a_wish(const struct generation *g)
{
    return WIFSIGNALED(g->status) && WTERMSIG(g->status) == supervisor.options.signal &&
           atomic_load(&g->page->hello) == 0;
}

void restart_died(struct generation *g)
{
    char how[128];

    if (WIFEXITED(g->status) && WEXITSTATUS(g->status) == 0 && generation_lives(g))
        return; /* it went into the background, as a daemon does */
    if (g == supervisor.next && was_not_executed(g))
        return;
    supervisor_status_text(g->status, how, sizeof how);
    if (g == supervisor.standby) {
        standby_lost(how);
    } else if (g == supervisor.next) {
        if (died_of_a_wish(g))
            supervisor.pending = WISH_SIGNAL;
        readiness_hint(g);
        rollback(g, "%s after %lld ms, before it was ready", how,
                 (long long)(clock_ms() - g->started));
    } else {
        probation_failed(g, how);
    }
}
