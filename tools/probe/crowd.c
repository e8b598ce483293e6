/* SPDX-License-Identifier: ISC */
#include "probe/crowd.h"

#include <stddef.h>

#include "probe/plan.h"

TAILQ_HEAD(places, place);

static struct {
    struct places places;
    int64_t length;
} queues[QUEUES];

static bool keep_holding;

void crowd_begin(int64_t hold, int64_t timeout)
{
    const int64_t lengths[QUEUES] = {
        [QUEUE_ANSWER] = timeout,
        [QUEUE_HOLD] = hold,
        [QUEUE_RETRY] = 5000000,
        [QUEUE_BREATH] = 1000000,
    };

    for (enum queue i = 0; i < QUEUES; i++) {
        TAILQ_INIT(&queues[i].places);
        queues[i].length = lengths[i];
    }
    keep_holding = false;
}

void crowd_leave(struct place *place)
{
    if (place->waits)
        TAILQ_REMOVE(&queues[place->queue].places, place, others);
    place->waits = false;
}

void crowd_wait(struct place *place, enum queue queue, int64_t now)
{
    crowd_leave(place);
    place->queue = queue;
    place->waits = true;
    place->due = now + queues[queue].length;
    TAILQ_INSERT_TAIL(&queues[queue].places, place, others);
}

static void end_holds(void)
{
    struct place *place;

    TAILQ_FOREACH (place, &queues[QUEUE_HOLD].places, others)
        place->due = 0;
}

void crowd_keep_holding(bool keep)
{
    keep_holding = keep;
    if (!keep && queues[QUEUE_HOLD].length == PLAN_NEVER)
        end_holds();
}

void crowd_end_holds(void)
{
    keep_holding = false;
    queues[QUEUE_HOLD].length = 0;
    end_holds();
}

/* The first whose time passes by itself. */
static struct place *first_of(enum queue queue)
{
    if (queue == QUEUE_TURN || (queue == QUEUE_HOLD && keep_holding))
        return NULL;
    return TAILQ_FIRST(&queues[queue].places);
}

struct place *crowd_expired(enum queue queue, int64_t now)
{
    struct place *place = first_of(queue);

    if (place == NULL || place->due > now)
        return NULL;
    crowd_leave(place);
    return place;
}

struct place *crowd_take_turn(void)
{
    struct place *place = TAILQ_FIRST(&queues[QUEUE_TURN].places);

    if (place != NULL)
        crowd_leave(place);
    return place;
}

int64_t crowd_next(int64_t turn)
{
    int64_t next = TAILQ_EMPTY(&queues[QUEUE_TURN].places) ? INT64_MAX : turn;

    for (enum queue i = 0; i < QUEUES; i++) {
        struct place *place = first_of(i);
        if (place != NULL && place->due < next)
            next = place->due;
    }
    return next;
}
