/* SPDX-License-Identifier: ISC */
/*
 * All clients, by what they wait for. Each of these queues has one length of time for all who are
 * in it, so that they are in the order in which it will have passed for them.
 */
#ifndef PROBE_CROWD_H
#define PROBE_CROWD_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

enum queue {
    QUEUE_ANSWER, /* until the answer is late */
    QUEUE_HOLD,   /* until a hold is over */
    QUEUE_RETRY,  /* after a failure: a dead server must not become a busy loop */
    QUEUE_BREATH, /* a millisecond: until a UNIX socket may have room in its queue, and between two
                   * connections of who does nothing else, or there would be nobody else */
    QUEUE_NEXT,   /* not at all: for those whose answers have come, too, to be seen to */
    QUEUE_TURN,   /* until a request is due (--rate); no time of its own */
    QUEUES
};

struct place {
    TAILQ_ENTRY(place) others;
    enum queue queue;
    bool waits;
    int64_t due;
};

/* `hold` and `timeout` in nanoseconds; a hold of PLAN_NEVER has no end of its own. */
void crowd_begin(int64_t hold, int64_t timeout);

/* To the end of a queue, from any other; into none. */
void crowd_wait(struct place *place, enum queue queue, int64_t now);
void crowd_leave(struct place *place);

/* Nobody's hold ends before this is taken back: a restart is going on. Holds without an end of
 * their own end then. */
void crowd_keep_holding(bool keep);

/* All holds are over, now and from now on: the run ends. */
void crowd_end_holds(void);

/* Takes the first whose time in that queue has passed; NULL if there is none. */
struct place *crowd_expired(enum queue queue, int64_t now);

/* Takes the first of QUEUE_TURN. */
struct place *crowd_take_turn(void);

/* When the next one's time will have passed; INT64_MAX: never. Somebody who waits for a turn waits
 * until `turn`, which may have been while the others were seen to. */
int64_t crowd_next(int64_t turn);

#endif
