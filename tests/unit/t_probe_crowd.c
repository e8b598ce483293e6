/* SPDX-License-Identifier: ISC */
#include "probe/crowd.h"

#include <stddef.h>

#include "probe/plan.h"
#include "tap.h"

enum { HOLD = 100, TIMEOUT = 1000 };

static struct place a, b;

static void test_order(void)
{
    ok(crowd_next(INT64_MAX) == INT64_MAX, "where nobody waits nothing is due");
    crowd_wait(&a, QUEUE_ANSWER, 0);
    crowd_wait(&b, QUEUE_ANSWER, 10);
    is_int(crowd_next(INT64_MAX), TIMEOUT, "the first one's time comes first");
    ok(crowd_expired(QUEUE_ANSWER, TIMEOUT - 1) == NULL, "not a moment before");
    ok(crowd_expired(QUEUE_ANSWER, TIMEOUT) == &a, "then it is taken");
    ok(crowd_expired(QUEUE_ANSWER, TIMEOUT) == NULL, "the other one is not");
    crowd_wait(&b, QUEUE_HOLD, 20);
    is_int(crowd_next(INT64_MAX), 20 + HOLD, "who waits for something else has left");
    crowd_leave(&b);
    crowd_leave(&b);
    ok(crowd_next(INT64_MAX) == INT64_MAX, "and may leave twice");
}

static void test_hold(void)
{
    crowd_wait(&a, QUEUE_HOLD, 0);
    crowd_wait(&b, QUEUE_ANSWER, 0);
    crowd_keep_holding(true);
    ok(crowd_expired(QUEUE_HOLD, 10 * HOLD) == NULL, "during a restart no hold is over");
    is_int(crowd_next(INT64_MAX), TIMEOUT, "nor waited for; other things are");
    crowd_keep_holding(false);
    ok(crowd_expired(QUEUE_HOLD, 10 * HOLD) == &a, "after it those that are due are");
    crowd_wait(&a, QUEUE_HOLD, 500);
    crowd_keep_holding(true);
    crowd_end_holds();
    ok(crowd_expired(QUEUE_HOLD, 500) == &a, "at the end of the run all are");
    crowd_wait(&a, QUEUE_HOLD, 500);
    ok(crowd_expired(QUEUE_HOLD, 500) == &a, "and those that begin later");
    crowd_leave(&b);
}

static void test_endless_hold(void)
{
    crowd_begin(PLAN_NEVER, TIMEOUT);
    crowd_wait(&a, QUEUE_HOLD, 0);
    ok(crowd_expired(QUEUE_HOLD, 1000000 * HOLD) == NULL, "a hold without an end goes on");
    crowd_keep_holding(true);
    ok(crowd_expired(QUEUE_HOLD, 1000000 * HOLD) == NULL, "while a restart does, too");
    crowd_keep_holding(false);
    ok(crowd_expired(QUEUE_HOLD, 500) == &a, "and ends with it");
}

static void test_turns(void)
{
    ok(crowd_take_turn() == NULL, "nobody is free");
    crowd_wait(&a, QUEUE_TURN, 0);
    crowd_wait(&b, QUEUE_TURN, 0);
    ok(crowd_next(INT64_MAX) == INT64_MAX, "who is free is not due by itself");
    is_int(crowd_next(-5), -5, "but when a request is, also if it has been for a while");
    ok(crowd_expired(QUEUE_TURN, INT64_MAX) == NULL, "ever");
    ok(crowd_take_turn() == &a && crowd_take_turn() == &b, "the first one has the first turn");
    ok(crowd_next(-5) == INT64_MAX, "a request that nobody is free for is not waited for");
}

int main(void)
{
    crowd_begin(HOLD, TIMEOUT);
    test_order();
    test_hold();
    test_endless_hold();
    crowd_begin(HOLD, TIMEOUT);
    test_turns();
    return done();
}
