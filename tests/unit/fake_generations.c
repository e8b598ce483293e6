/* SPDX-License-Identifier: ISC */
#include "fake_generations.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/members.h"
#include "supervisor/restart/background.h"
#include "supervisor/restart/contention.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/drain_end.h"
#include "supervisor/step/handover.h"
#include "supervisor/step/max_old.h"
#include "supervisor/step/release.h"
#include "supervisor/step/retire.h"
#include "supervisor/step/spawn.h"

enum {
    READY_MS = 60000,
    LAST_MS = 1000,
    DRAIN_MS = 30000,
    FIRST_PID = 1000,
};

struct fake fake;
struct generation_list generation_list = TAILQ_HEAD_INITIALIZER(generation_list);
struct listener_list listener_list = TAILQ_HEAD_INITIALIZER(listener_list);

struct fake_generation *fake_of(struct generation *g)
{
    return (struct fake_generation *)g;
}

void fake_note(const char *format, ...)
{
    size_t used = strlen(fake.trace);
    va_list list;

    if (used > 0)
        used += (size_t)snprintf(fake.trace + used, sizeof fake.trace - used, ", ");
    if (used >= sizeof fake.trace)
        return;
    va_start(list, format);
    vsnprintf(fake.trace + used, sizeof fake.trace - used, format, list);
    va_end(list);
}

void fake_expect(bool held, const char *what)
{
    if (!held && !fake.broken)
        fake.broken = what;
}

/* The clock. */
int clock_gettime(clockid_t clock, struct timespec *ts)
{
    (void)clock;
    *ts = (struct timespec){.tv_sec = fake.now / 1000, .tv_nsec = fake.now % 1000 * 1000000};
    return 0;
}

/* Generations. */
struct generation *generation_new(unsigned number, uint32_t attention)
{
    struct fake_generation *f;

    fake_note("new %u", number);
    fake_expect(!phase_stops() && !supervisor.ended, "a generation is started after a stop");
    fake_expect(!supervisor_is_sequential() || !supervisor.current ||
                    !fake_of(supervisor.current)->lives,
                "the next generation is started before the one before has ended");
    fake_expect(supervisor.phase != PHASE_BACKOFF || !fake_of(supervisor.current)->lives,
                "the server is started again beside what it has left");
    fake.before = supervisor.current;
    errno = ENOMEM;
    if (fake.no_memory)
        return NULL;
    f = calloc(1, sizeof *f);
    f->g.number = number;
    f->g.worker = 1;
    f->g.page = &f->page;
    f->g.attention = attention;
    f->g.started = fake.now;
    f->g.deadline = CLOCK_NEVER;
    TAILQ_INSERT_TAIL(&generation_list, &f->g, link);
    return &f->g;
}

void generation_free(struct generation *g)
{
    TAILQ_REMOVE(&generation_list, g, link);
    free(fake_of(g));
}

const char *spawn_generation(struct generation *g)
{
    if (fake.no_fork)
        return "fork";
    g->main = (pid_t)(FIRST_PID + g->number);
    g->deadline = fake.now + READY_MS;
    atomic_store(&g->page->hello, 1);
    fake_of(g)->lives = true;
    return NULL;
}

int spawn_first(struct generation *g, const char **why)
{
    *why = spawn_generation(g);
    return *why ? SPAWN_UNABLE : 0;
}

const char *spawn_failed(struct generation *g)
{
    bool failed = fake_of(g)->unexecuted;

    fake_of(g)->unexecuted = false;
    return failed ? "exec" : NULL;
}

bool generation_lives(struct generation *g)
{
    return fake_of(g)->lives;
}

pid_t generation_group(const struct generation *g)
{
    return g->group;
}

bool generation_joined(const struct generation *g)
{
    return atomic_load(&g->page->hello) > 0;
}

/* Who may lose connections: one that has drained for long enough, or with the whole server. */
static bool may_be_cut(struct generation *g)
{
    return fake.stopped || supervisor.ended || g->surplus || g->hurried ||
           fake.now >= g->draining + DRAIN_MS ||
           (supervisor_is_sequential() && !fake_of(g)->served) ||
           (supervisor.options.respawns > 0 && (g->exited || !fake_of(g)->served));
}

void generation_kill(struct generation *g, int sig)
{
    struct fake_generation *f = fake_of(g);

    fake_note("kill %u", g->number);
    g->killed = sig;
    fake_expect(f->connections == 0 || !f->lives || may_be_cut(g), "connections are cut too early");
    f->dead = f->dead || (g->main != 0 && !g->exited);
    if (f->lives && !g->exited)
        g->status = sig;
    f->lives = false;
    f->connections = 0;
}

void generation_signal(struct generation *g, int sig)
{
    if (sig == SIGCONT)
        return;
    fake_note("signal %u", g->number);
    fake_of(g)->told |= sig == SIGTERM;
}

void generation_attention(struct generation *g, uint32_t set, uint32_t clear)
{
    if (clear & ATTENTION_STARTING) {
        fake_note("serves %u", g->number);
        fake_of(g)->served = true;
    }
    g->attention = (g->attention | set) & ~clear;
}

bool fake_accepts(const struct generation *g)
{
    const struct fake_generation *f = (const struct fake_generation *)g;

    return f->lives && f->ready && !(g->attention & ATTENTION_DRAINING);
}

/* Draining, without listeners and signals. */
void detached_note(struct generation *g)
{
    (void)g;
}

int64_t detached_known_at(struct generation *g, int64_t now)
{
    (void)g, (void)now;
    return 0;
}

void detached_part(struct generation *g)
{
    (void)g;
}

void drain_begin(struct generation *g)
{
    fake_note("drain %u", g->number);
    g->state = GENERATION_DRAINING;
    g->draining = fake.now;
    g->deadline = fake.now + DRAIN_MS;
    max_old_enforce();
}

void drain_hurry(void)
{
    struct generation *g;

    fake_note("hurry");
    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING) {
            g->deadline = fake.now;
            g->hurried = true;
        }
}

void drain_abandon(struct generation *g)
{
    fake_note("abandon %u", g->number);
    g->attention |= ATTENTION_DRAINING;
    g->draining = fake.now;
    g->deadline = fake.now + DRAIN_MS;
    if (fake_of(g)->connections > 0)
        g->state = GENERATION_DRAINING;
    else
        retire_kill(g);
}

void drain_left(struct generation *g)
{
    fake_note("left %u", g->number);
    g->attention |= ATTENTION_DRAINING;
    supervisor.options.stop_signal = g->exited ? SIGTERM : SIGKILL;
    retire_begin(g);
    supervisor.options.stop_signal = SIGKILL;
}

void release_served(void)
{
    fake_note("close");
}

void drain_end_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g->state != GENERATION_DRAINING)
            continue;
        if (!(g->attention & ATTENTION_DRAINING))
            g->attention |= ATTENTION_DRAINING;
        else if (fake_of(g)->connections == 0 || now >= g->deadline)
            retire_begin(g);
    }
}

bool handover_awaited(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING && !(g->attention & ATTENTION_DRAINING))
            return true;
    return false;
}

bool readiness_reached(struct generation *g)
{
    return fake_of(g)->lives && fake_of(g)->ready;
}

static const char *contention(const struct generation *g)
{
    return fake.contends && g == supervisor.next && !fake_of(supervisor.next)->ready ? "a file"
                                                                                     : NULL;
}

const char *contention_of_ended(struct generation *g)
{
    return contention(g);
}

const char *contention_of_late(struct generation *g)
{
    return contention(g);
}

const char *contention_lasts(struct generation *g, int64_t now)
{
    return now >= g->started + LAST_MS ? contention(g) : NULL;
}

void background_follow(struct generation *g)
{
    fake_note("background %u", g->number);
}

void listener_release_all(void)
{
    fake_note("release");
}

void log_line(enum log_level level, const char *format, ...)
{
    (void)level;
    if (strstr(format, "at once"))
        fake_note("at once");
    if (strstr(format, "unexpected")) {
        fake_note("unexpected");
        fake_expect(false, "a cell is reached that can't be");
    }
}
