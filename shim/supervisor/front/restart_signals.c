/* SPDX-License-Identifier: ISC */
#include "supervisor/front/restart_signals.h"

#include <stdio.h>

#include "protocol/clock.h"
#include "supervisor/generation/slots.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/supervisor.h"

enum {
    LATE_SERVER = 500,     /* ms until the handler of a busy server has run */
    LATE_SUPERVISOR = 100, /* ms until the supervisor has its own from the same sender */
    REFUSED_MS = 1000      /* who goes on asking does not fill the log */
};

static struct {
    pid_t sender;
    bool to_supervisor; /* it has had its signal */
    unsigned to_server; /* signals */
    unsigned replaced;  /* the generation that served then */
    unsigned processes; /* it has had, and those before it */
    int64_t at;
    bool unread; /* the supervisor has not read its signals since */
} last;

/* In a sequential restart a process may have ended when its signal is read. */
static void count_processes(void)
{
    unsigned processes = 0;
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->number <= last.replaced)
            processes += slots_count(g).processes;
    if (processes > last.processes)
        last.processes = processes;
}

/* Which process had which is not known, but when each has had one the next is a second one. */
static bool each_has_had_one(unsigned signals)
{
    count_processes();
    return signals > last.processes;
}

static bool is_same(pid_t sender)
{
    return sender != 0 && sender == last.sender;
}

static void begin(pid_t sender)
{
    last.sender = sender;
    last.to_supervisor = false;
    last.to_server = 0;
    last.replaced = supervisor.current ? supervisor.current->number : 0;
    last.processes = 0;
    count_processes();
    last.at = clock_ms();
}

/* Has the restart that it began succeeded? Its signal to us was read long before that. */
static bool is_over(void)
{
    return supervisor.current && supervisor.current->number > last.replaced;
}

/* What came before the server's is read after it, when the generation has been started that it asks
 * for: on a busy machine that takes its time. */
static bool is_new_to_supervisor(pid_t sender)
{
    bool in_time = last.unread || clock_ms() - last.at < LATE_SUPERVISOR;
    bool is_new = !is_same(sender) || !in_time || last.to_supervisor || is_over();

    if (is_new)
        begin(sender);
    last.to_supervisor = true;
    return is_new;
}

static bool is_new_to_server(pid_t sender, const struct generation *g, unsigned signals)
{
    bool in_time = clock_ms() - last.at < LATE_SERVER;
    bool is_new = !is_same(sender) || !in_time || g->number > last.replaced ||
                  each_has_had_one(last.to_server + signals);

    if (is_new) {
        begin(sender);
        last.unread = true;
    }
    last.to_server += signals;
    return is_new;
}

void restart_signals_to_supervisor(pid_t sender)
{
    char who[48];

    if (!is_new_to_supervisor(sender))
        return;
    snprintf(who, sizeof who, "SIG%s of process %d", signal_name(supervisor.options.signal),
             (int)sender);
    restart_request(REQUEST_SIGNAL, who);
}

void restart_signals_all_read(void)
{
    last.unread = false;
}

void restart_signals_to_server(struct generation *g)
{
    unsigned signals = atomic_exchange(&g->page->restarts, 0);
    char who[64];

    if (signals == 0)
        return;
    snprintf(who, sizeof who, "a signal to generation %u", g->number);
    if (is_new_to_server(atomic_load(&g->page->restarter), g, signals) &&
        clock_ms() - g->refused >= REFUSED_MS && restart_request(REQUEST_SIGNAL, who))
        g->refused = clock_ms();
}
