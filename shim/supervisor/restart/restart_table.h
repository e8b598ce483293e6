/* SPDX-License-Identifier: ISC */
/* Phases x inputs: what is done when something happens, and what phase follows. */
#ifndef GRACE_SUPERVISOR_RESTART_RESTART_TABLE_H
#define GRACE_SUPERVISOR_RESTART_RESTART_TABLE_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

enum restart_input {
    INPUT_REQUEST, /* a restart is asked for, and nothing is against it */
    INPUT_READY,   /* a new generation may start; it is ready; it has stood its probation; it alone
                      accepts */
    INPUT_FAILED,  /* it may not start, could not be executed, has ended, or takes too long */
    INPUT_REFUSED, /* it does not become ready: the older one has a file locked */
    INPUT_LOST,    /* the main process of the older one has ended */
    INPUT_EMPTY,   /* no process is left of the one that serves, or served; a pause is over */
    INPUT_STOP,    /* a stop signal; SIGKILL: the time for the last one is over */
    INPUT_DRAIN,   /* a stop as soon as the connections are finished */
    INPUT_KILL,    /* a stop that leaves no time for anything */
    INPUTS
};

/* What goes with it. */
struct restart_cause {
    struct generation *g;
    const char *text; /* REQUEST: whose; FAILED: why; REFUSED: what file; LOST: how it has ended */
    enum request request; /* REQUEST */
    int sig;              /* STOP */
};

/* When the next restart may begin; not after now: at once. Sets what it waits for. */
int64_t restart_due(int64_t now, const char **reason);

/* This has happened. True: another phase begins. */
bool restart_take(enum restart_input input, const struct restart_cause *cause);

#endif
