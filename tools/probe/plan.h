/* SPDX-License-Identifier: ISC */
/*
 * What a run of the probe is to do: filled in from the command line, read by all others. Times are
 * nanoseconds; PLAN_NEVER is no limit.
 */
#ifndef PROBE_PLAN_H
#define PROBE_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "probe/judge.h"
#include "probe/question.h"
#include "probe/result/result.h"
#include "probe/url.h"

#define PLAN_NEVER (INT64_MAX / 4)

#define KIND_BIT(kind) (1u << (kind))

struct plan {
    const char *url;
    struct address address;
    struct question question, keep_question, slow_question; /* of most, of those that keep their
                                                             * connections, of slow clients */
    struct question acknowledgement; /* what is sent when an answer comes; length 0: nothing */
    struct judge judge;
    unsigned clients[KINDS];

    int64_t duration;  /* of the whole run */
    uint64_t requests; /* after which the run ends; 0: no limit */
    uint64_t rate;     /* requests a second in all; 0: as many as are answered */
    int64_t hold, timeout;

    const char *const *restart; /* the command for a restart, as execv() takes it; or NULL */
    unsigned times;             /* restarts */
    int64_t pause;              /* before the first, between them, after the last */
    int64_t restart_timeout;

    FILE *ready; /* is told when the load is on; or NULL */

    bool live; /* tells on the terminal how it goes */
};

/* How many there are. */
unsigned plan_clients(const struct plan *plan);

/* Are all of these kinds: KIND_BIT(...) | ...? */
bool plan_only(const struct plan *plan, unsigned kinds);

#endif
