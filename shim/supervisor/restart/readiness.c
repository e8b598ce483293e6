/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/readiness.h"

#include <sys/wait.h>
#include <stdio.h>

#include "protocol/clock.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/unseen.h"
#include "supervisor/restart/unwrapped.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/user_command.h"

enum {
    RETRY_MS = 200,
    NAMED = 160, /* for the addresses that are not served */
};

/* The ready command, for one generation at a time. */
static struct {
    struct user_command run;
    unsigned generation; /* that it was last run for */
    bool began;          /* what it says is not known yet */
    bool succeeded;      /* for that generation */
    int64_t next;        /* when to run it again */
} probe;

/* What a process manager executes binds seconds after its own listener is there: it gets the double
 * of the time that it took before.  Not where that was long after the start: then it was a request,
 * or a crash, that had it bound. */
static int64_t patience(const struct generation *g)
{
    int64_t took = generation_awaited(g);

    return took <= supervisor.options.ready_timeout / 4 ? 2 * took : 0;
}

/* Have the numbers stood still for GRACE_SETTLE? */
static bool settled(struct generation *g, const struct generation_listeners *l)
{
    unsigned shape = l->adopted + l->used * 1031 + l->waited * 1062961;
    int64_t now = clock_ms(), due;

    if (shape != g->shape) {
        g->shape = shape;
        g->changed = now;
    }
    due = g->changed + supervisor.options.settle;
    if (now >= due && l->adopted < l->offered && due < g->started + patience(g))
        due = g->started + patience(g);
    if (now >= due)
        return true;
    supervisor_wake_at(due);
    return false;
}

static bool delay_over(const struct generation *g)
{
    int64_t due = g->started + supervisor.options.ready_delay;

    supervisor_wake_at(due);
    return clock_ms() >= due;
}

static void probe_start(const struct generation *g, int64_t now)
{
    const struct user_command_about about = {.generation = g->number, .main = g->main};

    probe.generation = g->number;
    probe.succeeded = false;
    probe.next = now + RETRY_MS;
    probe.began = user_command_start(&probe.run, supervisor.options.ready_exec, &about,
                                     supervisor.options.ready_timeout);
}

static void probe_note(void)
{
    char how[EVENT_TEXT];

    probe.began = false;
    probe.succeeded = !user_command_failed(&probe.run, how, sizeof how);
    if (!probe.succeeded)
        log_line(LEVEL_DEBUG, "the ready command says not yet: %s", how);
}

/* Where it is late a first start is not given up, but asked for again. */
static bool probe_succeeded(const struct generation *g, bool took_over)
{
    int64_t now = clock_ms();

    if (user_command_runs(&probe.run, now))
        return false;
    if (probe.began)
        probe_note();
    if (probe.succeeded && probe.generation == g->number)
        return true;
    if (!took_over)
        return false;
    if (now >= probe.next)
        probe_start(g, now);
    supervisor_wake_at(probe.next);
    return false;
}

void readiness_end(void)
{
    user_command_drop(&probe.run);
    probe.began = false;
}

/* One that has taken over nothing would leave clients with nobody, and a command that asks the
 * server would get its answer from the old generation.  Taken over is everything, or what there is
 * when nothing has changed for GRACE_SETTLE.  The page says sooner than the message with the copy
 * that there is a listener (unknown): a restart begun in between would not offer it. */
static bool is_reached(struct generation *g)
{
    struct generation_listeners l = generation_listeners(g);
    bool still = settled(g, &l);
    bool took_over = l.used > 0 && (still || (l.adopted >= l.offered && l.unknown == 0));
    bool was_nothing = l.offered == 0 && l.unknown == 0; /* a first start, or nobody listens */

    switch (supervisor.options.ready) {
    case READY_NOTIFY:
        return (took_over || was_nothing) && g->notified;
    case READY_DELAY:
        return (took_over || was_nothing) && delay_over(g);
    case READY_EXEC:
        return probe_succeeded(g, took_over);
    default:
        return took_over && l.waited > 0 && l.missing == 0 && (still || l.waited >= l.used);
    }
}

bool readiness_reached(struct generation *g)
{
    return is_reached(g) && unwrapped_may_serve(g);
}

bool readiness_refused(struct generation *g, char *text, size_t size)
{
    char unserved[NAMED];

    if (!supervisor.options.require_listeners)
        return false;
    generation_confirm(g);
    if (generation_unserved(g, unserved, sizeof unserved) == 0)
        return false;
    snprintf(text, size, "it does not serve %s (GRACE_REQUIRE_LISTENERS)", unserved);
    return true;
}

/* Databases answer with errors before ("the database system is starting up"), name servers, too. */
uint32_t readiness_attention(void)
{
    bool said = supervisor.options.ready == READY_NOTIFY || supervisor.options.ready == READY_DELAY;

    return said ? ATTENTION_SUSPENDED : 0;
}

static void describe_missing(const struct generation *g, char *text, size_t size)
{
    struct generation_listeners l = generation_listeners(g);
    const struct listener *missing = generation_missing(g);
    char unserved[NAMED];

    if (g->failed >= 0)
        snprintf(text, size, "its program is still being opened (a file system that hangs?)");
    else if (!generation_joined(g))
        snprintf(text, size, "it does not load libgrace.so (static, setuid or another libc?)");
    else if (g->unseen.pid)
        snprintf(text, size, "%s", unseen_text(g));
    else if (supervisor.options.ready == READY_EXEC && l.used > 0)
        snprintf(text, size, "'%s' did not succeed", supervisor.options.ready_exec);
    else if (supervisor.options.ready == READY_NOTIFY && !g->notified)
        snprintf(text, size, "it has not sent READY=1 to NOTIFY_SOCKET");
    else if (generation_unserved(g, unserved, sizeof unserved) > 0)
        snprintf(text, size, "%u of %u listeners adopted, not %s; %u waited on", l.adopted,
                 l.offered, unserved, l.waited);
    else
        snprintf(text, size, "%u of %u listeners adopted, %u waited on%s%s", l.adopted, l.offered,
                 l.waited, missing ? ", but not " : "", missing ? missing->address : "");
}

void readiness_late(const struct generation *g, char *text, size_t size)
{
    char missing[EVENT_TEXT - 32];

    describe_missing(g, missing, sizeof missing);
    snprintf(text, size, "not ready after %lld ms: %s", (long long)(clock_ms() - g->started),
             missing);
}

/* Too early for a fault in serving, and by its own decision. */
void readiness_hint(const struct generation *g)
{
    if (WIFEXITED(g->status) && WEXITSTATUS(g->status) < 126 && generation_listeners(g).used == 0)
        log_line(
            LEVEL_INFO,
            "hint: if it must be alone: --pidfile (GRACE_PIDFILE) for a pid file whose process it "
            "looks for in /proc, --mode sequential (GRACE_MODE) for what no lock shows");
}
