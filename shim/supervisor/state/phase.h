/* SPDX-License-Identifier: ISC */
/*
 * How far a restart, or a stop, has come.  One variable, supervisor.phase, that
 * restart/restart_table.c changes (recovery/ sets where it begins); whoever acts differently
 * meanwhile looks at it.
 */
#ifndef GRACE_SUPERVISOR_STATE_PHASE_H
#define GRACE_SUPERVISOR_STATE_PHASE_H

#include <stdbool.h>

enum phase {
    PHASE_FIRST,     /* the first generation, or one that was taken over, is not ready yet */
    PHASE_IDLE,      /* one serves, and that is all */
    PHASE_STARTING,  /* the next one is to become ready, the one before serves */
    PHASE_PROBATION, /* it serves, and the one before is kept */
    PHASE_ENDING,    /* sequential mode: the one that served ends before the next one starts */
    PHASE_REPLACING, /* sequential mode: the next one is to become ready, clients wait */
    PHASE_PAUSING,   /* sequential mode: it has failed, and is tried again after a pause */
    PHASE_LEAVING,   /* the server ends when its connections are finished */
    PHASE_STOPPING,  /* the server ends, or has ended */
    PHASES
};

/* What was asked for while it could not be done.  A signal that can't be obeyed still means
 * something to the server. */
enum request { REQUEST_NONE, REQUEST_COMMAND, REQUEST_SIGNAL, REQUEST_STOP };

/* A restart is going on. */
bool phase_restarts(void);

/* The same, with a version that may be older than what is there now. */
bool phase_has_started(void);

/* The server is to end. */
bool phase_stops(void);

/* Nobody serves beside the generation that ends. */
bool phase_is_alone(void);

#endif
