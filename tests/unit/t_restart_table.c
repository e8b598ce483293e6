/* SPDX-License-Identifier: ISC */
/* Every phase with every input: which phase follows, and what is done. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "fake_server.h"
#include "protocol/clock.h"
#include "supervisor/restart/restart.h"
#include "supervisor/restart/restart_table.h"
#include "tap.h"

static const char *const phases[] = {"first",    "idle",       "asking",  "starting",  "probation",
                                     "handover", "rolling",    "ending",  "replacing", "pausing",
                                     "backoff",  "respawning", "leaving", "stopping"};
static const char *const inputs[] = {"request", "ready", "failed", "refused", "lost",
                                     "empty",   "stop",  "drain",  "kill"};

/* The phase that follows, and what is done; generation 1 served before the one that is or was
 * starting; where the restart is rolling, 1 and 2, and 3 has replaced 1.  NULL: it can't happen,
 * and nothing is done. */
static const char *const wanted[PHASES][INPUTS] = {
    [PHASE_FIRST] = {"first: then restart", "idle: serves 1", NULL, NULL, "stopping: ended",
                     "stopping: ended", "stopping: release, signal 1", "leaving: close, drain 1",
                     "stopping: release, signal 1, kill 1"},
    [PHASE_IDLE] = {"starting: new 2", "starting: new 2", NULL, NULL, "stopping: ended",
                    "stopping: ended", "stopping: release, signal 1", "leaving: close, drain 1",
                    "stopping: release, signal 1, kill 1"},
    [PHASE_ASKING] = {"asking: then restart", "starting: new 2", "idle: failed", NULL,
                      "stopping: ended", "stopping: ended", "stopping: release, signal 1",
                      "leaving: close, drain 1", "stopping: release, signal 1, kill 1"},
    [PHASE_STARTING] = {"starting: then restart", "handover: serves 2, drain 1",
                        "idle: failed, abandon 2, kill 2", "ending: abandon 2, kill 2, drain 1",
                        "stopping: ended", "stopping: ended", "stopping: kill 2, release, signal 1",
                        "leaving: close, kill 2, drain 1",
                        "stopping: kill 2, release, signal 1, kill 1, kill 2"},
    [PHASE_PROBATION] = {"probation: then restart", "handover: drain 1",
                         "idle: failed, abandon 2, kill 2", NULL, "handover: drain 1", NULL,
                         "stopping: drain 1, done, release, signal 2",
                         "leaving: close, drain 1, done, drain 2",
                         "stopping: drain 1, done, release, signal 2, kill 1, kill 2"},
    [PHASE_HANDOVER] = {"handover: then restart", "idle: done", NULL, NULL, "stopping: ended",
                        "stopping: ended", "stopping: done, release, signal 2",
                        "leaving: close, done, drain 2",
                        "stopping: done, release, signal 2, kill 1, kill 2"},
    [PHASE_ROLLING] =
        {"rolling: then restart", "starting: new 4", "idle: failed", NULL, "stopping: ended",
         "stopping: ended", "stopping: failed, release, signal 3, kill 1, signal 2",
         "leaving: close, failed, drain 3, drain 2",
         "stopping: failed, release, signal 3, kill 1, signal 2, kill 1, kill 2, kill 3"},
    [PHASE_ENDING] = {"ending: then restart", NULL, NULL, NULL, "ending:", "replacing: new 2",
                      "stopping: release, signal 1", "ending: then stop",
                      "stopping: release, signal 1, kill 1"},
    [PHASE_REPLACING] = {"replacing: then restart", "idle: serves 2, done",
                         "pausing: failed, kill 2", NULL, NULL, NULL, "stopping: release, signal 2",
                         "replacing: then stop", "stopping: release, signal 2, kill 2"},
    [PHASE_PAUSING] = {"pausing: at once", NULL, NULL, NULL, "pausing:", "replacing: new 3",
                       "stopping: release, signal 2", "stopping: release, signal 2",
                       "stopping: release, signal 2, kill 2"},
    [PHASE_BACKOFF] = {"backoff: at once", NULL, NULL, NULL, "backoff:", "respawning: new 2",
                       "stopping: release, signal 1", "stopping: release, signal 1",
                       "stopping: release, signal 1, kill 1"},
    [PHASE_RESPAWNING] = {"respawning: then restart", "idle: serves 2, done",
                          "backoff: died, left 2, kill 2", NULL, NULL, NULL,
                          "stopping: release, signal 2", "respawning: then stop",
                          "stopping: release, signal 2, kill 2"},
    [PHASE_LEAVING] = {NULL, NULL, "leaving: failed, abandon 2, kill 2", NULL, "stopping: ended",
                       "stopping: ended", "stopping: kill 2, release, signal 1",
                       "leaving:", "stopping: kill 2, release, signal 1, kill 1, kill 2"},
    [PHASE_STOPPING] = {NULL, NULL, "stopping: failed, abandon 2, kill 2", NULL, "stopping: ended",
                        "stopping: ended", "stopping: kill 1, kill 2",
                        "stopping:", "stopping: kill 1, kill 2"},
};

/* With GRACE_RESPAWN, when the one that serves has died by a signal. */
static const char *const died[PHASES] = {
    [PHASE_FIRST] = "stopping: died, ended",
    [PHASE_IDLE] = "backoff: died, left 1, signal 1",
    [PHASE_ASKING] = "backoff: died, left 1, signal 1",
    [PHASE_STARTING] = "respawning: left 1, signal 1",
    [PHASE_HANDOVER] = "backoff: died, left 2, signal 2",
};

static void serve_first(void)
{
    fake_of(supervisor.current)->ready = true;
    fake_turn();
}

/* The first of two workers is replaced. */
static void come_to_rolling(void)
{
    fake_begin(MODE_AUTO, 0, 0);
    supervisor.workers = 2;
    for (unsigned number = 1; number <= 3; number++) {
        if (number == 3)
            fake_request(REQUEST_SIGNAL);
        fake_of(supervisor.next ? supervisor.next : supervisor.current)->ready = true;
        restart_step(fake.now);
        restart_step(fake.now); /* the next one starts */
    }
    restart_take(INPUT_READY, &(struct restart_cause){.g = supervisor.current});
}

/* Brings it about by what leads there. */
static void come_to(enum phase phase)
{
    bool sequential = phase >= PHASE_ENDING && phase <= PHASE_PAUSING;
    bool respawns = phase == PHASE_BACKOFF || phase == PHASE_RESPAWNING;

    if (phase == PHASE_ROLLING) {
        come_to_rolling();
        return;
    }
    fake_begin(sequential ? MODE_SEQUENTIAL : MODE_AUTO, phase == PHASE_PROBATION ? 5000 : 0,
               respawns ? 2 : 0);
    if (phase == PHASE_FIRST)
        return;
    serve_first();
    if (respawns) {
        fake.now += supervisor.options.respawn_within; /* so that there is no pause */
        fake_die(supervisor.current, SIGKILL, false);
    }
    if (phase == PHASE_RESPAWNING)
        fake_turn();
    if (phase == PHASE_IDLE || respawns)
        return;
    supervisor.options.before_restart = phase == PHASE_ASKING ? "true" : NULL;
    fake_request(REQUEST_SIGNAL);
    if (phase == PHASE_PROBATION || phase == PHASE_HANDOVER) {
        fake_of(supervisor.next)->ready = true;
        restart_step(fake.now);
    } else if (phase == PHASE_REPLACING || phase == PHASE_PAUSING) {
        fake_turn();
    } else if (phase == PHASE_LEAVING) {
        fake_stop_drain();
    } else if (phase == PHASE_STOPPING) {
        fake_stop(SIGTERM);
        fake.now += 1000; /* a second signal is no echo of the first */
    }
    if (phase == PHASE_PAUSING)
        fake_die(supervisor.current, FAKE_EXIT_3, false);
}

/* Whom it is about. */
static struct generation *subject(enum restart_input input)
{
    if (input == INPUT_LOST && supervisor.standby)
        return supervisor.standby;
    if ((input == INPUT_READY || input == INPUT_FAILED || input == INPUT_REFUSED) &&
        supervisor.next)
        return supervisor.next;
    return supervisor.current;
}

static void add(char *text, const char *word)
{
    const char *separator = text[strlen(text) - 1] == ':' ? " " : ", ";

    if (*word)
        strcat(strcat(text, separator), word);
}

/* In words: the phase, what was done, and what is to follow. */
static void describe(char *text)
{
    static const char *const pending[] = {"", "then restart", "then restart", "then stop"};

    sprintf(text, "%s:", phases[supervisor.phase]);
    add(text, fake.trace);
    add(text, pending[supervisor.pending]);
    add(text, supervisor.ended ? "ended" : "");
}

static void check(enum phase phase, enum restart_input input)
{
    struct restart_cause cause = {.text = "x", .request = REQUEST_SIGNAL, .sig = SIGTERM};
    char got[sizeof fake.trace + 64], never[32];

    come_to(phase);
    is_int(supervisor.phase, phase, "phase %s", phases[phase]);
    cause.g = subject(input);
    fake.trace[0] = '\0';
    restart_take(input, &cause);
    describe(got);
    snprintf(never, sizeof never, "%s: unexpected", phases[phase]);
    is_str(got, wanted[phase][input] ? wanted[phase][input] : never, "%s x %s", phases[phase],
           inputs[input]);
    fake_end();
}

static void check_dies(enum phase phase)
{
    struct restart_cause cause = {.text = "x"};
    char got[sizeof fake.trace + 64];

    come_to(phase);
    supervisor.options.respawns = 2;
    cause.g = supervisor.current;
    cause.g->status = SIGKILL;
    cause.g->exited = true;
    fake.trace[0] = '\0';
    restart_take(INPUT_LOST, &cause);
    describe(got);
    is_str(got, died[phase], "%s, and the server dies", phases[phase]);
    fake_end();
}

/* Until one serves alone. */
static void serve(void)
{
    while (!supervisor.ended && supervisor.phase != PHASE_IDLE) {
        fake_of(supervisor.next ? supervisor.next : supervisor.current)->ready = true;
        fake_turn();
        fake.now += 100;
    }
}

/* Dies when it has served for so long. */
static void serve_and_die(int64_t ms, int status)
{
    serve();
    fake.now += ms;
    fake_die(supervisor.current, status, false);
}

static void check_limit(void)
{
    come_to(PHASE_IDLE);
    supervisor.options.respawns = 2;
    serve_and_die(100000, SIGSEGV);
    is_int(supervisor.deadline - fake.now, 0, "it is started again at once");
    serve_and_die(0, FAKE_EXIT_3);
    is_int(supervisor.deadline - fake.now, 500, "the second time after a pause");
    serve_and_die(0, FAKE_EXIT_3);
    ok(supervisor.ended && supervisor.status == FAKE_EXIT_3, "not a third time within its time");
    fake_end();
}

static void check_no_limit(void)
{
    come_to(PHASE_IDLE);
    supervisor.options.respawns = 1;
    for (int i = 0; i < 4; i++)
        serve_and_die(60000, SIGSEGV);
    is_int(supervisor.deadline - fake.now, 0, "what serves for its time may die each time");
    serve_and_die(60000, SIGTERM);
    ok(supervisor.ended, "but what ends as if it were told to has ended");
    fake_end();
}

static void check_restart_in_between(void)
{
    come_to(PHASE_IDLE);
    supervisor.options.respawns = 1;
    serve_and_die(60000, SIGSEGV);
    serve();
    fake.now += 60000;
    fake_request(REQUEST_SIGNAL);
    serve_and_die(0, SIGSEGV);
    is_int(supervisor.current->number, 3, "a restart, and what it has started dies");
    is_int(supervisor.deadline - fake.now, 0, "it is started again at once");
    fake_end();
}

/* How the one that served goes when the next one is ready. */
static void check_hurry(bool first, bool second, const char *how, const char *when)
{
    come_to(PHASE_IDLE);
    if (first)
        fake_request_now();
    else
        fake_request(REQUEST_COMMAND);
    if (second)
        fake_request_now();
    serve();
    fake.trace[0] = '\0';
    fake_request(REQUEST_SIGNAL);
    fake_of(supervisor.next)->ready = true;
    restart_step(fake.now);
    is_str(fake.trace, how, "%s", when);
    fake_end();
}

static void check_now(void)
{
    come_to(PHASE_IDLE);
    fake_request_now();
    fake_of(supervisor.next)->ready = true;
    fake.trace[0] = '\0';
    restart_step(fake.now);
    is_str(fake.trace, "serves 2, drain 1, hurry", "restart --now: the old one has no time");
    fake_end();
    come_to(PHASE_STARTING);
    fake_request_now();
    fake_of(supervisor.next)->ready = true;
    fake.trace[0] = '\0';
    restart_step(fake.now);
    is_str(fake.trace, "serves 2, drain 1", "asked for meanwhile: not yet");
    fake_turn();
    fake_of(supervisor.next)->ready = true;
    fake.trace[0] = '\0';
    restart_step(fake.now);
    is_str(fake.trace, "serves 3, drain 2, hurry", "but the restart that follows");
    fake_end();
    come_to(PHASE_ENDING);
    fake.trace[0] = '\0';
    fake_request_now();
    is_str(fake.trace, "hurry", "while the old one drains before the next one starts: at once");
    is_int(supervisor.pending, REQUEST_NONE, "and that is all");
    fake_end();
    check_hurry(true, false, "new 3, serves 3, drain 2", "the next restart drains again");
    check_hurry(true, true, "new 4, serves 4, drain 3", "also after two in a row");
}

/* A second signal at once is the echo of the first; the deadline is none. */
static void check_stop_is_late(void)
{
    come_to(PHASE_STOPPING);
    fake.now -= 1000;
    fake.trace[0] = '\0';
    fake_stop(SIGTERM);
    is_str(fake.trace, "", "an echo of the stop signal does nothing");
    fake.now = supervisor.deadline;
    restart_step(fake.now);
    is_str(fake.trace, "kill 1, kill 2", "a stop that takes too long");
    ok(supervisor.deadline == CLOCK_NEVER, "it is late once");
    fake_end();
}

/* Older generations still drain when the one that served has ended, and a process of theirs gets a
 * restart signal. */
static void check_nobody_serves(void)
{
    come_to(PHASE_STOPPING);
    supervisor.current = supervisor.next = NULL;
    is_str(restart_request(REQUEST_SIGNAL, "a test"), "the server is being stopped",
           "a request when nobody serves is refused");
    fake_end();
}

int main(void)
{
    for (enum phase phase = 0; phase < PHASES; phase++)
        for (enum restart_input input = 0; input < INPUTS; input++)
            check(phase, input);
    for (enum phase phase = 0; phase < PHASES; phase++)
        if (died[phase])
            check_dies(phase);
    check_limit();
    check_no_limit();
    check_restart_in_between();
    check_now();
    check_stop_is_late();
    check_nobody_serves();
    return done();
}
