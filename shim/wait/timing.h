/* SPDX-License-Identifier: ISC */
/*
 * The time of a wait that goes on where only a signal of ours interrupted it: it gave EINTR, and
 * the count of those is another one than before.  While the generation is suspended a long one is
 * cut into slices, for a look after the supervisor in between.
 */
#ifndef GRACE_WAIT_TIMING_H
#define GRACE_WAIT_TIMING_H

#include <sys/time.h>
#include <stdbool.h>
#include <time.h>

#include "libc/export.h"

/* How many signals of ours the calling thread has handled: each thread, so that what one has
 * handled hides no signal of the server from another. A thread is made with it, so nothing is
 * allocated, and a handler can reach it at any time. */
extern _Thread_local volatile unsigned timing_interruptions HIDDEN;

struct timing {
    unsigned seen; /* interruptions before it slept */
    bool endless;
    bool looks; /* in slices */
    bool short_now, goes_on;
    struct timespec end, left, slice;
};

/* The wait begins. timeout NULL, or negative: without end. */
void timing_begin(struct timing *t, const struct timespec *timeout);
void timing_begin_ms(struct timing *t, int timeout_ms);

/* As the server's SO_RCVTIMEO for fd has it. */
void timing_begin_receiving(struct timing *t, int fd);

/* The next call is not to sleep; the last one has found nothing that the server is told of. */
void timing_hurry(struct timing *t);
void timing_go_on(struct timing *t);

/* After a result: true when the wait is to be repeated, with what remains. */
bool timing_again(struct timing *t, int result);
#define TIMING_REPEAT(t, call)            \
    __extension__({                       \
        int result_;                      \
        do                                \
            result_ = (call);             \
        while (timing_again(t, result_)); \
        result_;                          \
    })

const struct timespec *timing_left(struct timing *t);
int timing_left_ms(struct timing *t);
void timing_left_timeval(struct timing *t, struct timeval *left); /* of one that has an end */

#endif
