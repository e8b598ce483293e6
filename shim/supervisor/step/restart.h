/* SPDX-License-Identifier: ISC */
/*
 * The restart as a state machine: one generation at a time becomes ready; if it does not, it is
 * rolled back and the serving one has noticed nothing.
 *
 *   request -> spawn -> STARTING -> ready -> (probation) -> SERVING, the old one drains
 *                          |-> died, timed out: rollback
 */
#ifndef GRACE_SUPERVISOR_STEP_RESTART_H
#define GRACE_SUPERVISOR_STEP_RESTART_H

#include "supervisor/state/generation.h"

/* Starts generation 1. 0, or 126 or 127: the command can't be executed, which has been said, or
 * 125: we can't do our job, for *step failed with errno. */
int restart_first(const char **step);

/* How somebody asks: a signal that can't be obeyed still means something to the server. */
enum restart_wish { WISH_NONE, WISH_COMMAND, WISH_SIGNAL };

/* Somebody wants a restart: begins one, or notes it for after the present one. NULL, or why it
 * is refused. */
const char *restart_request(enum restart_wish wish, const char *who);

/* A restart is going on, with a version that may be older than what is there now. */
bool restart_busy(void);

/* The same, or one in sequential mode is about to start or to try again. */
bool restart_going_on(void);

/* What was requested meanwhile is next. */
void restart_ended(void);

/* Looks whether the next generation is ready, or late. */
void restart_step(int64_t now);

/* The new one stays whatever happens, the one before drains: its time is up, or the server is to
 * stop. Nothing, where there is no probation. */
void restart_probation_over(void);

/* The main process of the next generation, of one in probation, or of the one before has died. */
void restart_died(struct generation *g);

/* The serving generation is the outcome of a restart: counts it, tells those who wait. */
void restart_succeeded(void);

#endif
