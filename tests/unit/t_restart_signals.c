/* SPDX-License-Identifier: ISC */
#include "supervisor/front/restart_signals.h"

#include <time.h>

#include "supervisor/generation/slots.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/supervisor.h"
#include "tap.h"

enum { KILLALL = 4711, SERVERS = 4 };

struct supervisor supervisor;
struct generation_list generation_list = TAILQ_HEAD_INITIALIZER(generation_list);

static unsigned servers = SERVERS;

struct slots_count slots_count(struct generation *g)
{
    (void)g;
    return (struct slots_count){.processes = servers};
}

static long now_ms = 3600 * 1000; /* the machine has been up for an hour */

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    (void)clock;
    *ts = (struct timespec){.tv_sec = now_ms / 1000, .tv_nsec = now_ms % 1000 * 1000000};
    return 0;
}

static unsigned requests;

const char *restart_request(enum request request, const char *who)
{
    (void)request;
    (void)who;
    requests++;
    return NULL;
}

const char *signal_name(int sig)
{
    (void)sig;
    return "HUP";
}

static bool to_supervisor(pid_t sender)
{
    unsigned before = requests;

    restart_signals_to_supervisor(sender);
    return requests > before;
}

/* To so many of its processes. */
static bool to_server(struct generation *g, unsigned signals)
{
    unsigned before = requests;

    atomic_store(&g->page->restarter, KILLALL);
    atomic_store(&g->page->restarts, signals);
    restart_signals_to_server(g);
    return requests > before;
}

static void pass(long ms)
{
    now_ms += ms;
}

int main(void)
{
    static struct page page;
    static struct generation old = {.number = 1, .page = &page}, new = {.number = 2};

    TAILQ_INSERT_TAIL(&generation_list, &old, link);
    supervisor.current = &old;

    ok(to_server(&old, 1), "a signal to a process of the server is a request");
    pass(150); /* a generation is started */
    ok(!to_supervisor(KILLALL), "one to the supervisor that was there before is the same");
    ok(to_supervisor(KILLALL), "a second one is another");
    restart_signals_all_read();
    pass(400);
    ok(!to_server(&old, SERVERS), "which those to all processes repeat");

    pass(600);
    ok(to_server(&old, 1), "half a second later it is another");
    restart_signals_all_read();
    pass(150);
    ok(to_supervisor(KILLALL), "and so is one to the supervisor that was not there yet");

    pass(600);
    ok(to_supervisor(KILLALL), "one to the supervisor is another");
    servers = 0;
    ok(!to_server(&old, SERVERS), "which those repeat that have ended since");
    ok(to_server(&old, 1), "but not more often than they were many");
    servers = SERVERS;

    pass(600);
    ok(to_server(&old, 1), "another one");
    ok(to_supervisor(KILLALL + 1), "which nobody else repeats");

    pass(600);
    ok(to_server(&old, 1), "another one");
    supervisor.current = &new;
    ok(to_supervisor(KILLALL), "once its restart is over, one to the supervisor is new");
    return done();
}
