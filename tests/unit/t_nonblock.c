/* SPDX-License-Identifier: ISC */
/* step/nonblock: the flag becomes what the server believes, whenever it changes its mind. */
#include "supervisor/step/nonblock.h"

#include "supervisor/generation/generation.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/lost_wakeup.h"
#include "supervisor/step/outsiders.h"
#include "supervisor/step/pass.h"
#include "tap.h"

struct supervisor supervisor;
struct listener_list listener_list = TAILQ_HEAD_INITIALIZER(listener_list);

static struct page page;
static struct listener listener;
static struct generation serving = {.page = &page, .bound = {&listener}, .entries = 1};
static bool flag; /* of the socket */
static int changes, changes_of_mind;

static bool is_believed(void)
{
    return (page.listeners[0].flags & LISTENER_NONBLOCK) != 0;
}

/* As the shim does it. */
static void server_sets(bool on)
{
    if (on)
        atomic_fetch_or(&page.listeners[0].flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(&page.listeners[0].flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (on || !(page.attention & ATTENTION_OVERLAP))
        flag = on;
}

/* The server may change its mind right after. */
void listener_force_nonblock(struct listener *h, bool on)
{
    (void)h;
    flag = on;
    changes++;
    if (changes_of_mind-- > 0)
        server_sets(!on);
}

bool listener_is_nonblock(const struct listener *h)
{
    (void)h;
    return flag;
}

void slots_tell(struct generation *g, enum slots_who who)
{
    (void)g, (void)who;
}

void lost_wakeup_begin(void)
{
}

bool lost_wakeup_awaited(void)
{
    return false;
}

static bool passing;

bool pass_awaited(void)
{
    return passing;
}

void outsiders_look(void)
{
}

/* A server that believes this of its listener, in an overlap. */
static void overlap(bool believed)
{
    flag = false;
    listener.outside = listener.stays = false;
    server_sets(believed);
    nonblock_begin();
    changes = changes_of_mind = 0;
}

static void test_end(void)
{
    overlap(false);
    ok(flag, "in an overlap the flag is set");
    nonblock_step();
    ok(!flag && changes == 1 && !(page.attention & ATTENTION_OVERLAP), "its end gives it back");
    overlap(true);
    nonblock_step();
    ok(flag && changes == 1, "as the server believes it to be");
    overlap(true);
    server_sets(false);
    ok(flag, "what the server clears in between stays set");
    nonblock_step();
    ok(!flag && changes == 1, "until the end of the overlap");
}

static void test_change_of_mind(void)
{
    overlap(true);
    changes_of_mind = 1;
    nonblock_step();
    ok(!flag && !is_believed(), "a server clears it when it has just been asked");
    overlap(true);
    changes_of_mind = 2;
    nonblock_step();
    ok(flag && is_believed(), "and sets it again");
    overlap(true);
    changes_of_mind = 1000;
    nonblock_step();
    ok(changes < 10, "nobody runs after one that goes on");
}

static void test_passing(void)
{
    overlap(false);
    passing = true;
    nonblock_step();
    ok(flag && (page.attention & ATTENTION_OVERLAP),
       "while connections are handed over it goes on");
    passing = false;
    nonblock_step();
    ok(!flag, "and ends then");
}

static void test_outside(void)
{
    overlap(true);
    server_sets(false);
    listener.outside = true;
    nonblock_step();
    ok(flag && changes == 0, "what others have open as well stays as it is");
}

int main(void)
{
    supervisor.current = &serving;
    TAILQ_INSERT_TAIL(&generation_list, &serving, link);
    TAILQ_INSERT_TAIL(&listener_list, &listener, link);
    test_end();
    test_change_of_mind();
    test_passing();
    test_outside();
    return done();
}
