/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/coalesce.h"

#include <time.h>

#include "supervisor/generation/members.h"
#include "supervisor/state/supervisor.h"
#include "tap.h"

enum { KILLALL = 4711, SERVERS = 4 };

struct supervisor supervisor;
struct generation_list generation_list = TAILQ_HEAD_INITIALIZER(generation_list);

struct members_count members_count(struct generation *g)
{
    (void)g;
    return (struct members_count){.processes = SERVERS};
}

static long now_ms;

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    (void)clock;
    *ts = (struct timespec){.tv_sec = now_ms / 1000, .tv_nsec = now_ms % 1000 * 1000000};
    return 0;
}

static void pass(long ms)
{
    now_ms += ms;
}

int main(void)
{
    static struct generation old = {.number = 1}, new = {.number = 2};

    TAILQ_INSERT_TAIL(&generation_list, &old, link);
    supervisor.current = &old;

    ok(coalesce_server_is_new(KILLALL, &old, 1),
       "a signal to a process of the server is a request");
    pass(150); /* a generation is started */
    ok(!coalesce_is_new(KILLALL), "one to the supervisor that was there before is the same");
    ok(coalesce_is_new(KILLALL), "a second one is another");
    coalesce_signals_read();
    pass(400);
    ok(!coalesce_server_is_new(KILLALL, &old, SERVERS), "which those to all processes repeat");

    pass(600);
    ok(coalesce_server_is_new(KILLALL, &old, 1), "half a second later it is another");
    coalesce_signals_read();
    pass(150);
    ok(coalesce_is_new(KILLALL), "and so is one to the supervisor that was not there yet");

    pass(600);
    ok(coalesce_server_is_new(KILLALL, &old, 1), "another one");
    ok(coalesce_is_new(KILLALL + 1), "which nobody else repeats");

    pass(600);
    ok(coalesce_server_is_new(KILLALL, &old, 1), "another one");
    supervisor.current = &new;
    ok(coalesce_is_new(KILLALL), "once its restart is over, one to the supervisor is new");
    return done();
}
