/* SPDX-License-Identifier: ISC */
#include "probe/probe.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/load_client.h"
#include "probe/load_on.h"
#include "probe/picture/live.h"
#include "probe/restarts.h"
#include "probe/running_clock.h"

enum { LOOK_EVERY = 100000000 }; /* nanoseconds: so late an end by another clock may be noticed */

static struct {
    struct run run;
    struct client *clients;
    unsigned count;
    bool reached;     /* the first client has seen to it that there is a server: all may come */
    uint64_t due;     /* requests that were due so far, with a rate, ... */
    int64_t due_from; /* ... since then */
    int64_t live_due; /* the next line on the terminal */
    bool ending;
    bool impatient; /* what is under way is given up */
} state;

static int signals = -1;

/* Nobody begins another request. */
static void end_run(int64_t now)
{
    if (state.ending)
        return;
    state.ending = true;
    state.run.allowed = state.run.begun;
    crowd_end_holds();
    restarts_end(now);
}

static void obey(int signal, int64_t now)
{
    if (signal == SIGUSR2)
        load_on_restarted();
    if (signal == SIGUSR1 || signal == SIGUSR2)
        restarts_marked(signal == SIGUSR1, now);
    else if (state.ending)
        state.impatient = true;
    else
        end_run(now);
}

static void signals_happened(struct watch *watch, uint32_t events)
{
    struct signalfd_siginfo info;

    (void)watch;
    (void)events;
    while (read(signals, &info, sizeof(info)) == sizeof(info))
        obey((int)info.ssi_signo, running_clock_now());
}

/* From here on they wait to be read. */
static void watch_signals(void)
{
    static struct watch watch = {signals_happened};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals == -1 || loop_watch(signals, EPOLLIN, &watch) != 0)
        err(1, "signalfd");
}

static void create_clients(const struct plan *plan)
{
    unsigned made = 0;

    state.count = plan_clients(plan);
    state.clients = calloc(state.count, sizeof(*state.clients));
    if (state.clients == NULL)
        err(1, NULL);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        result_clients(state.run.result, kind, plan->clients[kind]);
        for (unsigned i = 0; i < plan->clients[kind]; i++)
            client_create(&state.clients[made++], &state.run, kind);
    }
}

/* When the next request is due; INT64_MAX without a rate, and if there is to be no other. */
static int64_t next_due(void)
{
    uint64_t rate = state.run.plan->rate;

    if (rate == 0 || state.run.begun >= state.run.allowed)
        return INT64_MAX;
    return state.due_from + (int64_t)(state.due * 1000000000 / rate);
}

/* Who is free takes the request that has been due for longest. */
static void give_turns(int64_t now)
{
    struct place *place;

    while (next_due() <= now && (place = crowd_take_turn()) != NULL) {
        client_begin(client_of_place(place), next_due(), now);
        state.due++;
    }
}

static void wake_clients(int64_t now)
{
    struct place *place;

    for (enum queue queue = 0; queue < QUEUES; queue++)
        while ((place = crowd_expired(queue, now)) != NULL)
            client_expired(client_of_place(place), queue, now);
    give_turns(now);
}

static void tell(int64_t now)
{
    const struct plan *plan = state.run.plan;

    if (!plan->live || now < state.live_due)
        return;
    live_update(state.run.result, now, plan->restart != NULL ? plan->times : 0);
    state.live_due = now + LIVE_EVERY;
}

static bool is_enough(int64_t now)
{
    const struct run *run = &state.run;

    return run->trouble != NULL || now >= run->plan->duration || restarts_over() ||
           (!state.reached && result_failed(run->result) > 0) ||
           (run->begun >= run->allowed && run->under_way == 0);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Until something has to be done. */
static int64_t time_left(int64_t now)
{
    int64_t next =
        earlier(earlier(crowd_next(next_due()), restarts_next()), state.run.plan->duration);

    if (state.run.plan->live)
        next = earlier(next, state.live_due);
    if (next <= now)
        return 0;
    return earlier(next - now, LOOK_EVERY);
}

static void begin_client(struct client *client, int64_t now)
{
    if (state.run.plan->rate != 0)
        crowd_wait(&client->place, QUEUE_TURN, now);
    else if (state.run.begun < state.run.allowed)
        client_begin(client, now, now);
}

/* The first client alone: what it meets decides whether there is a load at all. */
static void begin_first(int64_t now)
{
    begin_client(&state.clients[0], now);
    give_turns(now);
}

/* The others come when it has an answer, or waits by itself. */
static void begin_others(int64_t now)
{
    if (state.reached || state.ending ||
        (result_answers(state.run.result) == 0 && state.clients[0].state != CLIENT_HOLDING))
        return;
    state.reached = true;
    state.due_from = now;
    for (unsigned i = 1; i < state.count; i++)
        begin_client(&state.clients[i], now);
}

static void turn(void)
{
    int64_t now = running_clock_now();

    loop_turn(time_left(now));
    now = running_clock_now();
    restarts_step(now);
    if (is_enough(now))
        end_run(now);
    begin_others(now);
    wake_clients(now);
    tell(now);
}

static void free_clients(void)
{
    for (unsigned i = 0; i < state.count; i++)
        client_free(&state.clients[i]);
    free(state.clients);
}

/* The clients end what they have begun, for which they have the time of any request. */
static struct result *run_plan(struct plan *plan)
{
    running_clock_start();
    state.run = (struct run){.plan = plan,
                             .result = result_create(plan->url, running_clock_date()),
                             .allowed = plan->requests != 0 ? plan->requests : UINT64_MAX};
    state.run.result->rate = (int64_t)plan->rate;
    state.due = 0;
    state.due_from = state.live_due = 0;
    state.reached = state.ending = state.impatient = false;
    crowd_begin(plan->hold, plan->timeout);
    restarts_begin(plan, state.run.result, 0);
    load_on_begin(plan);
    create_clients(plan);
    begin_first(0);
    while (!state.ending || (state.run.under_way > 0 && !state.impatient))
        turn();
    free_clients();
    result_end(state.run.result, running_clock_now(), running_clock_standstill());
    if (plan->live)
        live_end();
    return state.run.result;
}

static void begin_once(void)
{
    if (signals != -1)
        return;
    signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
    loop_begin();
    watch_signals();
}

/* What was wrong with the first request, if it failed. */
static const char *why_unreached(const struct result *result)
{
    static char why[WHY_LENGTH * 2];
    const struct let_down *first = result->let_down;

    if (state.reached || result_failed(result) == 0)
        return NULL;
    snprintf(why, sizeof(why), "%s: %s", failure_words(first->failure), first->why);
    return why;
}

struct result *probe_run(struct plan *plan, const char **unreached, const char **trouble)
{
    begin_once();
    struct result *result = run_plan(plan);
    *unreached = why_unreached(result);
    *trouble = state.run.trouble;
    return result;
}
