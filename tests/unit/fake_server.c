/* SPDX-License-Identifier: ISC */
#include "fake_server.h"

#include <signal.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/workers.h"
#include "supervisor/restart/restart.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/state/events.h"
#include "supervisor/step/drain_end.h"
#include "supervisor/step/retire.h"

enum { STOP_MS = 10000, LONG_MS = 10000000 };

/* Clients: as in front/ctl/ctl.c. */
static void answer(const char *word)
{
    fake_note("%s", word);
    for (unsigned i = 0; i < fake.nclients; i++) {
        struct fake_client *c = &fake.client[i];

        if (c->waits && !c->queued) {
            c->answers++;
            c->waits = false;
        }
        c->queued = false;
    }
}

static bool older_accepts(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g != supervisor.current && fake_accepts(g) &&
            (!fake.scaled || g->number < supervisor.version))
            return true;
    return false;
}

static void hear(const struct event *e)
{
    if (e->kind == EVENT_ROLLED_BACK && !fake.scaled)
        fake_expect(supervisor.current == fake.before, "a failed restart has changed who serves");
    if (e->kind == EVENT_REFUSED)
        fake.asked = 0;
    fake.died += e->kind == EVENT_CRASHED;
    if (e->kind == EVENT_CRASHED && supervisor.options.respawns > 0 && !supervisor.next)
        answer("died");
    if (e->kind == EVENT_SUCCEEDED || e->kind == EVENT_RESPAWNED) {
        fake_expect(fake.stopped || !older_accepts(),
                    "a restart is done, and an older one accepts");
        answer("done");
    } else if (e->kind == EVENT_VETOED || e->kind == EVENT_ROLLED_BACK || e->kind == EVENT_FAILED ||
               e->kind == EVENT_REFUSED) {
        answer("failed");
    }
}

static const char *ask(enum request request, bool now)
{
    struct fake_client *c = &fake.client[fake.nclients];
    const char *refused;

    if (request != REQUEST_COMMAND || fake.nclients == FAKE_CLIENTS)
        return restart_request(request, "a test");
    fake.nclients++;
    *c = (struct fake_client){.waits = true, .queued = phase_has_started()};
    refused = now ? restart_request_now("a test") : restart_request(request, "a test");
    if (refused && c->waits) {
        c->answers++;
        c->waits = false;
    }
    return refused;
}

void fake_request(enum request request)
{
    unsigned before = supervisor.last_number;

    if (!ask(request, false))
        fake.asked = before;
}

void fake_request_now(void)
{
    ask(REQUEST_COMMAND, true);
}

void fake_stop(int sig)
{
    fake.stopped = true;
    restart_stop(sig);
}

void fake_stop_drain(void)
{
    fake.stopped = true;
    restart_stop_drain();
}

void fake_stop_now(void)
{
    fake.stopped = true;
    restart_stop_now();
}

/* As front/signals.c does. */
static void reap(struct generation *g)
{
    fake_of(g)->dead = false;
    g->exited = true;
    if (g == supervisor.next || g == supervisor.current || g->state == GENERATION_SERVING)
        restart_died(g);
}

static void reap_all(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (fake_of(g)->dead && !supervisor.ended)
            reap(g);
}

/* Is it the one whose end is the server's? */
static bool is_the_server(const struct generation *g)
{
    return g == supervisor.current && !worker_other(g) && supervisor.phase != PHASE_PROBATION &&
           (!phase_is_alone() || phase_stops());
}

static bool is_respawned(const struct generation *g, int status)
{
    return supervisor.options.respawns > 0 && g == supervisor.current && status != 0 &&
           supervisor.phase != PHASE_FIRST && !phase_stops();
}

void fake_die(struct generation *g, int status, bool others_live)
{
    if (g->exited || g->main == 0)
        return;
    fake.lost |= is_the_server(g) && !is_respawned(g, status) && (status != 0 || !others_live);
    g->status = status;
    fake_of(g)->dead = true;
    fake_of(g)->lives = others_live;
    if (!others_live)
        fake_of(g)->connections = 0;
    reap_all();
}

void fake_vanish(struct generation *g)
{
    if (!g->exited)
        return;
    fake.lost |= is_the_server(g);
    fake_of(g)->lives = false;
    fake_of(g)->connections = 0;
}

void fake_turn(void)
{
    enum { TURNS = 4 };

    for (int i = 0; i < TURNS && !supervisor.ended; i++) {
        restart_step(fake.now);
        if (supervisor.ended)
            return;
        drain_end_step(fake.now);
        retire_step(fake.now);
        reap_all();
    }
}

void fake_begin(enum mode mode, int64_t probation, int respawns)
{
    static event_subscriber *const subscribers[] = {hear, NULL};
    const char *why;

    event_subscribe(subscribers);
    fake = (struct fake){.now = fake.now + LONG_MS};
    supervisor = (struct supervisor){
        .options = {.mode = mode,
                    .max_age = CLOCK_NEVER,
                    .stop_signal = SIGKILL,
                    .probation = probation,
                    .respawns = respawns,
                    .respawn_within = 60000,
                    .respawn = "N/60s",
                    .stop_timeout = STOP_MS,
                    .max_old = 2,
                    .workers = 1,
                    .signal = SIGHUP},
    };
    restart_first(&why);
}

void fake_want(unsigned workers)
{
    fake.scaled = true;
    rolling_want(workers);
}

void fake_end(void)
{
    struct generation *g;

    while ((g = TAILQ_FIRST(&generation_list)))
        generation_free(g);
}
