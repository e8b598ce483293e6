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
#include "supervisor/state/options.h"

struct generation;

/* How far a restart, or a stop, has come: whoever acts differently meanwhile looks at it. */
enum phase {
    PHASE_FIRST,  /* the first generation, or one that was taken over, is not ready yet */
    PHASE_IDLE,   /* one serves, and that is all */
    PHASE_ASKING, /* the command of GRACE_BEFORE_RESTART is to say whether the next one may start */
    PHASE_STARTING,   /* the next one is to become ready, the one before serves */
    PHASE_PROBATION,  /* it serves, and the one before is kept */
    PHASE_HANDOVER,   /* it serves, and the one before is to say that it accepts no more */
    PHASE_ROLLING,    /* it is one of several workers, and others are to be replaced yet */
    PHASE_ENDING,     /* sequential mode: the one that served ends before the next one starts */
    PHASE_REPLACING,  /* sequential mode: the next one is to become ready, clients wait */
    PHASE_PAUSING,    /* sequential mode: it has failed, and is tried again after a pause */
    PHASE_BACKOFF,    /* the server has died; a pause, and what it has left is to end */
    PHASE_RESPAWNING, /* it is to become ready again, clients wait */
    PHASE_LEAVING,    /* the server ends when its connections are finished */
    PHASE_STOPPING,   /* the server ends, or has ended */
    PHASES
};

/* What was asked for while it could not be done.  A signal that can't be obeyed still means
 * something to the server. */
enum request { REQUEST_NONE, REQUEST_COMMAND, REQUEST_SIGNAL, REQUEST_STOP };

/* All may read it. In brackets: who writes the field; set-up is main, or recovery/ in its place. */
struct supervisor {
    struct options options;     /* [options_read()] */
    struct command command;     /* [set-up] */
    const char *name;           /* [set-up] */
    struct generation *current; /* serves; of several the youngest [set-up, restart/] */
    struct generation *next;    /* becoming ready [overlap; background, at the end] */
    struct generation *standby; /* served before, kept until the probation is over [overlap] */
    unsigned workers;           /* that are wanted: see generation/workers.h [set-up, rolling] */
    unsigned version;     /* that all are to be of: its first generation [restart/, recovery/] */
    bool grows;           /* the next one is a missing worker, and no restart [overlap, rolling] */
    unsigned last_number; /* of a generation [set-up, restart/: who makes one] */
    enum phase phase;     /* [restart_table; recovery/, to begin with] */
    int64_t deadline;     /* of the phase: a pause is over, a stop late [restart/] */
    char alone[256]; /* why generations follow each other, GRACE_MODE=auto [set-up, sequential] */
    enum request pending; /* what was asked for meanwhile [restart_table, restart, stop] */
    bool hurries;         /* this restart leaves no time to drain [restart_table] */
    bool next_hurries;    /* nor does the one that begins next [restart, restart_table] */
    bool ended;           /* the server has, with `status`: so do we [stop; main, to go on] */
    int status;           /* [stop] */
    int64_t wake; /* when some step looks again [supervisor_wake_*(); main, before the steps] */
};

extern struct supervisor supervisor;

/* A restart is going on. */
bool phase_restarts(void);

/* The same, or about to, with a version that may be older than what is there now. */
bool phase_has_started(void);

/* The server is to end. */
bool phase_stops(void);

/* The generation that is to become ready is the only one to serve. */
bool phase_replaces(void);

/* Nobody serves beside the generation that ends. */
bool phase_is_alone(void);

/* Does one end before the next one starts? */
bool supervisor_is_sequential(void);

/* Look again in `ms` at the latest. */
void supervisor_wake_in(int64_t ms);
void supervisor_wake_at(int64_t deadline);

/* "fork: Cannot allocate memory", of errno; until the next call. */
const char *supervisor_error_text(const char *what);

/* "exit status 3", "signal 11 (Segmentation fault)" */
const char *supervisor_status_text(int status, char *text, unsigned size);

#endif
