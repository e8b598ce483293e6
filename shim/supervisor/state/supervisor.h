/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's state, and the one place where time passes: after each wake-up every module's
 * step function looks at what is and does what is due; none of them blocks.
 */
#ifndef GRACE_SUPERVISOR_STATE_SUPERVISOR_H
#define GRACE_SUPERVISOR_STATE_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/state/command.h"
#include "supervisor/state/generation.h"
#include "supervisor/state/options.h"
#include "supervisor/state/phase.h"

struct supervisor {
    struct options options;
    struct command command;
    const char *name;
    struct generation *current; /* serves */
    struct generation *next;    /* becoming ready */
    struct generation *standby; /* served before, kept until the probation is over */
    unsigned last_number;
    enum phase phase;
    int64_t deadline;     /* of the phase: when a pause is over, a stop takes too long */
    enum request pending; /* what was asked for meanwhile */
    bool ended;           /* the server has, with `status`: so does the supervisor */
    int status;
    int64_t wake; /* earliest time at which some step wants to look again */
};

extern struct supervisor supervisor;

/* Look again in `ms` at the latest. */
void supervisor_wake_in(int64_t ms);
void supervisor_wake_at(int64_t deadline);

/* "exit status 3", "signal 11 (Segmentation fault)" */
const char *supervisor_status_text(int status, char *text, unsigned size);

#endif
