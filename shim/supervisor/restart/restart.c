/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/restart.h"

#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/workers.h"
#include "supervisor/restart/background.h"
#include "supervisor/restart/contention.h"
#include "supervisor/restart/max_age.h"
#include "supervisor/restart/permission.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/restart_table.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/restart/unwrapped.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain_signal.h"
#include "supervisor/step/handover.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/spawn.h"
#include "supervisor/step/unsent.h"

int restart_first(const char **why)
{
    struct generation *g;
    int failed = SPAWN_UNABLE;

    supervisor.workers = (unsigned)supervisor.options.workers;
    nonblock_restore(); /* what the service manager has kept is as the server before left it */
    g = generation_new(++supervisor.last_number, ATTENTION_STARTING);

    if (g)
        failed = spawn_first(g, why);
    else
        *why = supervisor_error_text("memfd or eventfd");
    if (failed) {
        if (failed != SPAWN_UNABLE)
            log_line(LEVEL_ERROR, "%s; check the command", *why);
        return failed;
    }
    supervisor.current = g;
    event(EVENT_STARTED, g->number, "");
    return 0;
}

static void answer_pending(void)
{
    enum request request = supervisor.pending;
    const char *refused;

    supervisor.pending = REQUEST_NONE;
    refused = restart_request(request, "a request during the last restart");
    if (refused)
        event(EVENT_REFUSED, supervisor.current->number, refused);
}

static bool wants_restart(void)
{
    return supervisor.pending == REQUEST_COMMAND || supervisor.pending == REQUEST_SIGNAL;
}

/* What was asked for meanwhile is next. */
static void take(enum restart_input input, const struct restart_cause *cause)
{
    if (!restart_take(input, cause))
        return;
    if (supervisor.phase == PHASE_IDLE && wants_restart())
        answer_pending();
    else if (supervisor.pending == REQUEST_STOP &&
             (supervisor.phase == PHASE_IDLE || supervisor.phase == PHASE_PAUSING ||
              supervisor.phase == PHASE_BACKOFF))
        restart_stop_drain();
}

static const char *refusal(void)
{
    const char *refused;

    if (phase_stops() || supervisor.pending == REQUEST_STOP)
        return "the server is being stopped";
    refused = unwrapped_refusal();
    return refused ? refused : unsent_refusal(supervisor.current);
}

static void refuse(enum request request, const char *refused)
{
    /* where the server has ended and older generations drain, nobody serves */
    bool pass_on = request == REQUEST_SIGNAL && supervisor.current && unwrapped_refusal();

    log_line(LEVEL_WARNING, "no restart: %s%s", refused, pass_on ? unwrapped_pass_on() : "");
}

const char *restart_request(enum request request, const char *who)
{
    const char *refused = refusal();

    log_line(LEVEL_DEBUG, "restart requested by %s", who);
    if (refused)
        refuse(request, refused);
    else
        take(INPUT_REQUEST, &(struct restart_cause){.request = request, .text = who});
    if (supervisor.pending == REQUEST_NONE) /* it has begun, or is not to be */
        supervisor.next_hurries = false;
    return refused;
}

const char *restart_request_now(const char *who)
{
    supervisor.next_hurries = true;
    return restart_request(REQUEST_COMMAND, who);
}

void restart_stop(int sig)
{
    take(INPUT_STOP, &(struct restart_cause){.sig = sig});
}

void restart_stop_drain(void)
{
    take(INPUT_DRAIN, &(struct restart_cause){.sig = SIGTERM});
}

void restart_stop_now(void)
{
    take(INPUT_KILL, &(struct restart_cause){.sig = SIGKILL});
}

static void take_of(enum restart_input input, struct generation *g, const char *text)
{
    take(input, &(struct restart_cause){.g = g, .text = text});
}

/* Beside the older one it can't become ready, alone it may. True: it is tried. */
static bool goes_alone(struct generation *g, const char *held)
{
    bool several = supervisor.workers > 1 || worker_other(supervisor.current);
    bool may = supervisor.options.mode == MODE_AUTO && !several;

    if (may)
        take_of(INPUT_REFUSED, g, held);
    else
        log_line(LEVEL_WARNING,
                 "generation %u needs what generation %u has locked (%s): not with %s", g->number,
                 supervisor.current->number, held, several ? "several workers" : "--mode overlap");
    return may;
}

/* True: it was not to be, and is to be alone. */
static bool could_not(struct generation *g)
{
    const char *held = contention_of_ended(g);

    if (held)
        return goes_alone(g, held);
    if (g->exited)
        readiness_hint(g);
    return false;
}

static void failed(struct generation *g, const char *how)
{
    bool was_ready = supervisor.phase == PHASE_PROBATION;
    int64_t age = clock_ms() - g->started;
    char why[256];

    if (supervisor.phase == PHASE_STARTING && could_not(g))
        return;
    if (was_ready)
        snprintf(why, sizeof why, "%s %lld ms after it was ready", how,
                 (long long)(age - g->ready_ms));
    else
        snprintf(why, sizeof why, "%s after %lld ms, before it was ready", how, (long long)age);
    take_of(INPUT_FAILED, g, why);
}

static bool was_not_executed(struct generation *g)
{
    const char *why = spawn_failed(g);

    if (why)
        take_of(INPUT_FAILED, g, why);
    return why;
}

/* The signal came before the shim could take it. */
static bool died_of_a_request(const struct generation *g)
{
    return WIFSIGNALED(g->status) && WTERMSIG(g->status) == supervisor.options.signal &&
           atomic_load(&g->page->hello) == 0;
}

static bool is_new(const struct generation *g)
{
    return g == supervisor.next ||
           (g == supervisor.current && (supervisor.phase == PHASE_PROBATION || phase_replaces()));
}

/* It was asked to end, and what it leaves finishes what it has. */
static bool leaves_draining(struct generation *g)
{
    return supervisor.phase == PHASE_LEAVING && drain_signal_sent(g) && generation_lives(g);
}

/* Into the background, as a daemon does. */
static bool goes_on(struct generation *g)
{
    if (leaves_draining(g))
        return true;
    if (!WIFEXITED(g->status) || WEXITSTATUS(g->status) != 0 || !generation_lives(g))
        return false;
    if (g != supervisor.current || is_new(g))
        return true;
    if (phase_is_alone() || !generation_joined(g))
        return false;
    background_follow(g);
    return true;
}

void restart_died(struct generation *g)
{
    char how[128];

    if (goes_on(g))
        return;
    supervisor_status_text(g->status, how, sizeof how);
    if (!is_new(g) && rolling_lost(g, how))
        return;
    if (!is_new(g)) {
        take_of(INPUT_LOST, g, how);
    } else if (!was_not_executed(g)) {
        if (g == supervisor.next && died_of_a_request(g))
            supervisor.pending = REQUEST_SIGNAL;
        failed(g, how);
    }
}

/* A daemon: no SIGCHLD will tell. */
static bool has_vanished(struct generation *g)
{
    return g->exited && !generation_lives(g);
}

static bool is_over(int64_t deadline, int64_t now)
{
    if (now >= deadline)
        return true;
    supervisor_wake_at(deadline);
    return false;
}

static void vanished(struct generation *g)
{
    if (phase_replaces())
        take_of(INPUT_FAILED, g, "all its processes ended before it was ready");
    else
        failed(g, "all its processes ended");
}

static void late(struct generation *g)
{
    const char *held = supervisor.phase == PHASE_STARTING ? contention_of_late(g) : NULL;
    char why[256];

    if (held && goes_alone(g, held))
        return;
    readiness_late(g, why, sizeof why);
    take_of(INPUT_FAILED, g, why);
}

static void reached(struct generation *g)
{
    char why[EVENT_TEXT];

    if (readiness_refused(g, why, sizeof why))
        take_of(INPUT_FAILED, g, why);
    else
        take_of(INPUT_READY, g, NULL);
}

/* True: something has happened. */
static bool look_at_new(struct generation *g, int64_t now)
{
    if (was_not_executed(g))
        return true;
    if (readiness_reached(g))
        reached(g);
    else if (has_vanished(g))
        vanished(g);
    else if (is_over(g->deadline, now))
        late(g);
    else
        return false;
    return true;
}

static bool look_at_contention(struct generation *g, int64_t now)
{
    const char *held = supervisor.options.mode == MODE_AUTO ? contention_lasts(g, now) : NULL;

    return held && goes_alone(g, held);
}

/* What stands against a restart may have come while the command was asked. */
static bool look_at_permission(int64_t now)
{
    const char *refused;
    char why[EVENT_TEXT];

    if (!permission_answered(now, why, sizeof why))
        return false;
    refused = *why ? why : refusal();
    take_of(refused ? INPUT_FAILED : INPUT_READY, NULL, refused);
    return true;
}

static void look_at_probation(struct generation *g, int64_t now)
{
    if (has_vanished(g))
        vanished(g);
    else if (has_vanished(supervisor.standby))
        take_of(INPUT_LOST, supervisor.standby, "all its processes ended");
    else if (is_over(g->deadline, now))
        take_of(INPUT_READY, g, NULL);
}

/* As long as it is being ended that is looked for elsewhere. Of several workers the server ends
 * with the last. */
static void look_for_end(struct generation *g)
{
    struct generation *other = phase_stops() ? worker_other(g) : NULL;
    bool vanished = g->state != GENERATION_RETIRING && has_vanished(g);

    if (g->state == GENERATION_RETIRED && other)
        supervisor.current = other;
    else if (g->state == GENERATION_RETIRED ||
             (vanished && !rolling_lost(g, "all its processes ended")))
        take_of(INPUT_EMPTY, g, NULL);
}

/* Of the others but the one that leads. */
static void look_at_workers(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g != supervisor.current && worker_serves(g) && has_vanished(g))
            rolling_lost(g, "all its processes ended");
}

static void look_at_rolling(struct generation *g, int64_t now)
{
    const char *failure = rolling_failure();

    if (failure)
        take_of(INPUT_FAILED, NULL, failure);
    else if (rolling_may_go_on(now))
        take_of(INPUT_READY, NULL, NULL);
    else
        look_for_end(g);
}

static void look(struct generation *g, int64_t now)
{
    switch (supervisor.phase) {
    case PHASE_FIRST:
        if (readiness_reached(g))
            take_of(INPUT_READY, g, NULL);
        else
            look_for_end(g);
        break;
    case PHASE_ASKING:
        if (!look_at_permission(now))
            look_for_end(g);
        break;
    case PHASE_STARTING:
        if (!look_at_new(supervisor.next, now) && !look_at_contention(supervisor.next, now))
            look_for_end(g);
        break;
    case PHASE_PROBATION:
        look_at_probation(g, now);
        break;
    case PHASE_HANDOVER:
        if (handover_awaited())
            look_for_end(g);
        else
            take_of(INPUT_READY, g, NULL);
        break;
    case PHASE_ROLLING:
        look_at_rolling(g, now);
        break;
    case PHASE_REPLACING:
        look_at_new(g, now);
        break;
    case PHASE_RESPAWNING:
        if (!handover_awaited()) /* else who was told that it serves may get to what was left */
            look_at_new(g, now);
        break;
    case PHASE_ENDING:
        if (TAILQ_NEXT(g, link)) /* it was to stand beside that, and would get what that leaves */
            break;
        /* fall through */
    case PHASE_PAUSING:
    case PHASE_BACKOFF:
        if (g->state == GENERATION_RETIRED && is_over(supervisor.deadline, now))
            take_of(INPUT_EMPTY, g, NULL);
        break;
    case PHASE_STOPPING:
        if (is_over(supervisor.deadline, now))
            restart_stop(SIGKILL);
        look_for_end(g);
        break;
    default:
        look_for_end(g);
    }
}

static void look_at_pending(int64_t now)
{
    const char *reason;
    int64_t due = restart_due(now, &reason);

    if (now >= due)
        answer_pending();
    else
        supervisor_wake_at(due);
}

static void grow(void)
{
    const char *refused = refusal();

    if (refused)
        rolling_refused(refused);
    else
        take_of(INPUT_READY, NULL, NULL);
}

void restart_step(int64_t now)
{
    enum phase seen;

    do {
        seen = supervisor.phase;
        look_at_workers();
        look(supervisor.current, now);
    } while (supervisor.phase != seen && !supervisor.ended);
    if (supervisor.ended)
        return;
    if (unwrapped_step(now) && wants_restart())
        answer_pending(); /* a signal meanwhile is the server's */
    else if (supervisor.phase == PHASE_IDLE && wants_restart())
        look_at_pending(now);
    else if (supervisor.phase == PHASE_IDLE && max_age_reached(now))
        restart_request(REQUEST_COMMAND, "GRACE_MAX_AGE");
    else if (supervisor.phase == PHASE_IDLE && rolling_step(now))
        grow();
}
