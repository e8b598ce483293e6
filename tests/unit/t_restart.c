/* SPDX-License-Identifier: ISC */
/*
 * Restarts and stops in any order, against generations that start, fail and die at any moment: what
 * docs/architecture.md promises has to hold after each step.  A number as argument repeats the
 * sequences of a run that has printed it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_server.h"
#include "protocol/clock.h"
#include "tap.h"

static unsigned workers; /* at the start, more than 1: another number may be wanted */

enum { SEQUENCES = 20000, STEPS = 60, REST = 2000 };

static unsigned long long state;
static const char *history[STEPS + 1];
static unsigned steps;

/* xorshift: the same numbers everywhere. */
static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 33) % n);
}

static void violated(const char *what)
{
    if (!fake.broken)
        fake.broken = what;
}

static struct generation *starting(void)
{
    if (supervisor.next)
        return supervisor.next;
    return supervisor.current->state == GENERATION_STARTING ? supervisor.current : NULL;
}

static struct generation *any(void)
{
    struct generation *g;
    unsigned n = 0, at;

    TAILQ_FOREACH (g, &generation_list, link)
        n++;
    at = below(n);
    TAILQ_FOREACH (g, &generation_list, link)
        if (at-- == 0)
            break;
    return g;
}

/* What may happen. */
static void pass_time(void)
{
    static const int spans[] = {1, 20, 400, 3000, 11000, 31000, 61000};

    fake.now += spans[below(sizeof spans / sizeof spans[0])];
}

static void get_ready(void)
{
    if (starting() && fake_of(starting())->lives)
        fake_of(starting())->ready = true;
}

static void command(void)
{
    fake_request(REQUEST_COMMAND);
}

static void command_now(void)
{
    fake_request_now();
}

static void signal_it(void)
{
    fake_request(REQUEST_SIGNAL);
}

static void fail(void)
{
    if (starting())
        fake_die(starting(), below(2) ? FAKE_EXIT_3 : SIGKILL, below(4) == 0);
}

static void fail_to_execute(void)
{
    struct generation *g = starting();

    if (!g || g->number == 1 || g->exited || fake_of(g)->ready)
        return;
    fake_of(g)->unexecuted = true;
    fake_die(g, FAKE_EXIT_3, false);
}

static void go_into_background(void)
{
    fake_die(any(), FAKE_EXIT_0, true);
}

static void vanish(void)
{
    fake_vanish(any());
}

static void die(void)
{
    if (below(3) == 0)
        fake_die(any(), SIGSEGV, false);
}

static void connect_client(void)
{
    struct generation *g = any();

    if (fake_accepts(g))
        fake_of(g)->connections++;
}

static void disconnect_client(void)
{
    struct generation *g = any();

    if (fake_of(g)->connections > 0)
        fake_of(g)->connections--;
}

static void lack_memory(void)
{
    fake.no_memory = !fake.no_memory;
}

static void lack_processes(void)
{
    fake.no_fork = !fake.no_fork;
}

static void contend(void)
{
    fake.contends = below(8) == 0;
}

static void find_unwrapped(void)
{
    fake.unwrapped = below(8) == 0;
}

static void stop(void)
{
    if (below(4) != 0)
        return;
    fake_stop(SIGTERM);
    if (supervisor.phase != PHASE_STOPPING)
        violated("a stop signal does not stop");
}

static void stop_drain(void)
{
    if (below(4) == 0)
        fake_stop_drain();
}

static void stop_now(void)
{
    if (below(8) != 0)
        return;
    fake_stop_now();
    if (supervisor.phase != PHASE_STOPPING)
        violated("a stop that has no time waits");
}

static void want_others(void)
{
    if (workers > 1 && !phase_stops() && !supervisor_is_sequential())
        fake_want(1 + below(3));
}

static const struct {
    const char *name;
    void (*happen)(void);
} events[] = {
    {"time", pass_time},
    {"ready", get_ready},
    {"ready", get_ready},
    {"command", command},
    {"command now", command_now},
    {"signal", signal_it},
    {"fail", fail},
    {"not executed", fail_to_execute},
    {"background", go_into_background},
    {"vanish", vanish},
    {"die", die},
    {"connect", connect_client},
    {"connect", connect_client},
    {"disconnect", disconnect_client},
    {"no memory", lack_memory},
    {"no fork", lack_processes},
    {"contend", contend},
    {"unwrapped", find_unwrapped},
    {"other workers", want_others},
    {"stop", stop},
    {"stop drain", stop_drain},
    {"stop now", stop_now},
};

static void check_starting(void)
{
    struct generation *g;
    unsigned n = 0;

    TAILQ_FOREACH (g, &generation_list, link)
        n += g->state == GENERATION_STARTING && fake_of(g)->lives;
    if (n > 1)
        violated("two generations are becoming ready");
    g = starting();
    if (g && g->number > 1 && g->exited && !fake_of(g)->lives && !phase_stops())
        violated("a dead generation is becoming ready");
    if (g && g->number > 1 && fake.now >= g->deadline && !phase_stops())
        violated("a generation is late and becoming ready");
}

/* Alone it has the kernel queue; what dies by itself is nobody's fault. */
static void check_served(void)
{
    struct generation *g;

    if (supervisor_is_sequential() || fake.stopped || fake.lost || phase_is_alone() ||
        supervisor.phase == PHASE_FIRST)
        return;
    TAILQ_FOREACH (g, &generation_list, link)
        if (fake_accepts(g))
            return;
    violated("nobody accepts");
}

static void check_pointers(void)
{
    if ((supervisor.next != NULL) != (supervisor.phase == PHASE_STARTING) && !phase_stops())
        violated("the next generation and the phase do not agree");
    if ((supervisor.standby != NULL) != (supervisor.phase == PHASE_PROBATION))
        violated("the probation and the phase do not agree");
    if (phase_is_alone() && !phase_stops() && !supervisor_is_sequential() && fake.died == 0)
        violated("a sequential phase in overlap mode");
}

static void check_end(void)
{
    if (!supervisor.ended && fake.lost && !fake_of(supervisor.current)->lives)
        violated("the server has ended and the supervisor goes on");
    if (supervisor.phase == PHASE_STOPPING && fake.now >= supervisor.deadline)
        violated("a stop is late and waits");
    if (supervisor.ended && !fake.stopped && !fake.lost &&
        (supervisor.options.respawns == 0 || fake.died <= supervisor.options.respawns))
        violated("the supervisor ends and nobody wanted it");
    if (supervisor.ended && fake_of(supervisor.current)->lives &&
        !(fake_of(supervisor.current)->dead || supervisor.current->exited))
        violated("the supervisor ends and the server lives");
}

static void check_answers(void)
{
    for (unsigned i = 0; i < fake.nclients; i++)
        if (fake.client[i].answers != !fake.client[i].waits)
            violated("a request is answered twice");
}

static void turn(void)
{
    fake.trace[0] = '\0';
    fake_turn();
    check_starting();
    check_served();
    check_pointers();
    check_end();
    check_answers();
}

static bool is_over(void)
{
    return fake.broken || supervisor.ended;
}

/* All goes well from here on. */
static void help(struct generation *g)
{
    struct fake_generation *f = fake_of(g);

    f->connections = 0;
    if (f->told && !g->exited)
        fake_die(g, SIGTERM, false);
    else if (f->told)
        fake_vanish(g);
    else if (g == starting() && f->lives)
        f->ready = true;
}

static bool is_at_rest(void)
{
    const struct generation *g;
    unsigned n = 0;

    TAILQ_FOREACH (g, &generation_list, link)
        n++;
    return supervisor.phase == PHASE_IDLE && supervisor.pending == REQUEST_NONE &&
           (n == supervisor.workers || supervisor.current->unwrapped);
}

static void come_to_rest(void)
{
    struct generation *g;

    fake.no_memory = fake.no_fork = false;
    for (unsigned i = 0; i < REST && !is_at_rest() && !is_over(); i++) {
        TAILQ_FOREACH (g, &generation_list, link)
            if (!supervisor.ended)
                help(g);
        fake.now += 100;
        turn();
    }
    if (!is_over() && !is_at_rest())
        violated("it does not come to rest");
}

static void check_rest(void)
{
    for (unsigned i = 0; i < fake.nclients; i++)
        if (fake.client[i].waits)
            violated("a request was never answered");
    if (!supervisor.current->unwrapped && supervisor.last_number <= fake.asked)
        violated("a signal has been lost");
    if (fake.stopped)
        violated("a stop has been lost");
}

static void restart_once_more(void)
{
    unsigned before = supervisor.current->number;

    if (supervisor.current->unwrapped)
        return;
    fake_request(REQUEST_COMMAND);
    come_to_rest();
    if (supervisor.current->number <= before || supervisor.current->state != GENERATION_SERVING)
        violated("the next restart does not work");
    check_rest();
}

static void run_sequence(enum mode mode, int64_t probation, int respawns)
{
    fake_begin(mode, probation, respawns);
    if (workers > 1)
        fake_want(workers);
    supervisor.options.max_old = 1 + (int)below(3);
    for (steps = 0; steps < STEPS && !is_over(); steps++) {
        unsigned i = below(sizeof events / sizeof events[0]);

        history[steps] = events[i].name;
        events[i].happen();
        if (!supervisor.ended)
            turn();
        else
            check_end();
    }
    if (!is_over())
        come_to_rest();
    if (!is_over()) {
        check_rest();
        restart_once_more();
    }
}

static bool hold(unsigned sequences, enum mode mode, int64_t probation, int respawns)
{
    for (unsigned n = 0; n < sequences; n++) {
        bool broken;

        run_sequence(mode, probation, respawns);
        broken = fake.broken != NULL;
        if (broken) {
            printf("# sequence %u: %s, after:", n, fake.broken);
            for (unsigned i = 0; i < steps; i++)
                printf(" %s%s", history[i], i + 1 < steps ? "," : "");
            printf("\n# then: %s\n", fake.trace);
        }
        fake_end();
        if (broken)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct timespec ts;

    timespec_get(&ts, TIME_UTC);
    state = argc > 1 ? strtoull(argv[1], NULL, 10) : (unsigned long long)ts.tv_nsec + 1;
    printf("# seed %llu\n", state);
    workers = 1;
    ok(hold(SEQUENCES / 2, MODE_OVERLAP, 0, 0), "overlap");
    ok(hold(SEQUENCES / 2, MODE_OVERLAP, 5000, 0), "overlap with a probation");
    ok(hold(SEQUENCES, MODE_SEQUENTIAL, 0, 0), "sequential");
    ok(hold(SEQUENCES / 2, MODE_OVERLAP, 0, 3), "overlap, and what dies is started again");
    ok(hold(SEQUENCES / 2, MODE_SEQUENTIAL, 0, 3), "sequential, and what dies is started again");
    ok(hold(SEQUENCES / 2, MODE_AUTO, 0, 0), "auto");
    ok(hold(SEQUENCES / 2, MODE_AUTO, 5000, 0), "auto with a probation");
    ok(hold(SEQUENCES / 2, MODE_AUTO, 0, 3), "auto, and what dies is started again");
    workers = 3;
    ok(hold(SEQUENCES / 2, MODE_AUTO, 0, 0), "several workers");
    ok(hold(SEQUENCES / 2, MODE_OVERLAP, 5000, 0), "several workers with a probation");
    ok(hold(SEQUENCES / 2, MODE_AUTO, 0, 3),
       "several workers, and the last that dies is respawned");
    return done();
}
