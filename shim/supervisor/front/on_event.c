/* SPDX-License-Identifier: ISC */
#include "supervisor/front/on_event.h"

#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/generation.h"
#include "supervisor/restart/stop.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/user_command.h"

enum {
    WAITING = 64,     /* events, at most */
    LIMIT_MS = 10000, /* for each; at the end for all */
};

struct waiting {
    TAILQ_ENTRY(waiting) link;
    enum event_kind kind;
    unsigned generation;
    pid_t main;
    time_t at;
    char reason[EVENT_TEXT];
};

static TAILQ_HEAD(, waiting) queue = TAILQ_HEAD_INITIALIZER(queue); /* the first one runs */
static unsigned length, lost;
static struct user_command run;
static bool runs;

void on_event(const struct event *e)
{
    const struct generation *g;
    struct waiting *w = NULL;

    if (!supervisor.options.on_event || !*event_name(e->kind))
        return;
    if (length < WAITING)
        w = calloc(1, sizeof *w);
    if (!w) {
        lost++;
        return;
    }
    g = generation_by_number(e->generation);
    w->kind = e->kind;
    w->generation = e->generation;
    w->main = g ? g->main : 0;
    w->at = time(NULL);
    memccpy(w->reason, e->text, '\0', sizeof w->reason - 1);
    TAILQ_INSERT_TAIL(&queue, w, link);
    length++;
}

static void say_lost(void)
{
    if (lost > 0)
        log_line(LEVEL_WARNING, "GRACE_ON_EVENT: %u event%s not told of: %d waited already", lost,
                 lost == 1 ? " is" : "s are", WAITING);
    lost = 0;
}

static void begin(const struct waiting *w)
{
    const struct user_command_about about = {.generation = w->generation,
                                             .main = w->main,
                                             .event = event_name(w->kind),
                                             .reason = w->reason,
                                             .at = w->at};

    say_lost();
    runs = user_command_start(&run, supervisor.options.on_event, &about, LIMIT_MS);
    if (!runs)
        log_line(LEVEL_WARNING, "GRACE_ON_EVENT: %s of generation %u is not told of: %s",
                 event_name(w->kind), w->generation, supervisor_error_text("fork"));
}

static void remove_first(void)
{
    struct waiting *w = TAILQ_FIRST(&queue);

    TAILQ_REMOVE(&queue, w, link);
    free(w);
    length--;
}

static void note_end(const struct waiting *w)
{
    char how[EVENT_TEXT];

    runs = false;
    if (user_command_failed(&run, how, sizeof how))
        log_line(LEVEL_WARNING, "GRACE_ON_EVENT failed for %s of generation %u: %s",
                 event_name(w->kind), w->generation, how);
}

void on_event_step(int64_t now)
{
    while (!TAILQ_EMPTY(&queue) && !user_command_runs(&run, now)) {
        if (!runs)
            begin(TAILQ_FIRST(&queue));
        else
            note_end(TAILQ_FIRST(&queue));
        if (!runs)
            remove_first();
    }
}

/* Somebody wants the end at once, and it is no echo of what he has said before. */
static bool is_urged(int signals, int64_t since)
{
    struct signalfd_siginfo s;
    bool urged = false;

    while (read(signals, &s, sizeof s) == (ssize_t)sizeof s)
        urged |= (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT) && since >= STOP_ECHO_MS;
    return urged;
}

static void reap(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        user_command_reaped(pid, status);
}

/* One may have ended with the server: then no signal is left to tell. */
static bool goes_on(int64_t now)
{
    reap();
    on_event_step(now);
    return length > 0;
}

void on_event_finish(int signals)
{
    struct pollfd p = {.fd = signals, .events = POLLIN};
    int64_t began = clock_ms(), now = began;
    bool urged = false;

    while (goes_on(now) && !urged && now < began + LIMIT_MS) {
        poll(&p, 1, (int)(began + LIMIT_MS - now));
        now = clock_ms();
        urged = is_urged(signals, now - began);
    }
    if (length > 0)
        log_line(LEVEL_WARNING, "GRACE_ON_EVENT: the end does not wait for %u event%s", length,
                 length == 1 ? "" : "s");
    user_command_drop(&run);
}

void on_event_leave(void)
{
    user_command_forget(&run);
    if (runs)
        remove_first();
    runs = false;
}

void on_event_forget(void)
{
    on_event_leave();
    while (!TAILQ_EMPTY(&queue))
        remove_first();
}
