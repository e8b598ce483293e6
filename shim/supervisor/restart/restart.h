/* SPDX-License-Identifier: ISC */
/*
 * The life of the server as the supervisor leads it: one generation serves, one at a time becomes
 * ready to take its place, at last all is stopped.
 *
 *   request -> STARTING -> ready -> (PROBATION) -> HANDOVER -> IDLE, the old one drains
 *                  |-> died, timed out: rolled back, IDLE
 *
 * Here is looked for what has happened; what it leads to stands in restart_table.c, and how that is
 * done in overlap.c, sequential.c and stop.c.
 */
#ifndef GRACE_SUPERVISOR_RESTART_RESTART_H
#define GRACE_SUPERVISOR_RESTART_RESTART_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* Starts generation 1. 0, or what spawn_first() says; that the command can't be executed has been
 * said then. */
int restart_first(const char **why);

/* Somebody wants a restart: begins one, or notes it for after the present one. NULL, or why it
 * is refused. */
const char *restart_request(enum request request, const char *who);

/* The same, and what is old has no time to drain when the new one serves. */
const char *restart_request_now(const char *who);

/* The server is to end: asked by sig, when its connections are finished, or killed. */
void restart_stop(int sig);
void restart_stop_drain(void);
void restart_stop_now(void);

/* The main process of a generation has ended that serves, did so before, or is to. */
void restart_died(struct generation *g);

/* Looks whether the next generation is ready, or late, and whether one has ended that is no child
 * of ours. */
void restart_step(int64_t now);

#endif
