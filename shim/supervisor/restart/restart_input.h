/* SPDX-License-Identifier: ISC */
/*
 * What can happen to a restart.  An action does what is due then, in one phase, and returns the
 * phase that follows; it looks at nothing else to decide what has happened.
 */
#ifndef GRACE_SUPERVISOR_RESTART_RESTART_INPUT_H
#define GRACE_SUPERVISOR_RESTART_RESTART_INPUT_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/phase.h"

enum restart_input {
    INPUT_REQUEST, /* a restart is asked for, and nothing is against it */
    INPUT_READY,   /* the new generation is */
    INPUT_FAILED,  /* it could not be executed, or has ended */
    INPUT_LATE,    /* the time of the phase is over */
    INPUT_LOST,    /* the main process of the older one has ended */
    INPUT_EMPTY,   /* no process is left of the one that serves, or served */
    INPUT_STOP,    /* a stop signal */
    INPUT_DRAIN,   /* a stop as soon as the connections are finished */
    INPUTS
};

/* What goes with it. */
struct restart_cause {
    struct generation *g;
    const char *text;     /* FAILED: why; LOST: how it has ended */
    enum request request; /* REQUEST */
    int sig;              /* STOP */
};

typedef enum phase restart_action(const struct restart_cause *cause);

#endif
