/* SPDX-License-Identifier: ISC */
/*
 * Signals that are one request: `killall -HUP server` signals the supervisor and every process of
 * the server, some of which run so late that the restart is over by then. Two restart signals count
 * as one if the same process sent them, shortly after each other, to several processes of a
 * server that the first of them has replaced. A second one to the same process is a request of
 * its own: it is about what is on disk by then.
 */
#ifndef GRACE_SUPERVISOR_RESTART_COALESCE_H
#define GRACE_SUPERVISOR_RESTART_COALESCE_H

#include "supervisor/generation/generation.h"

/* A restart signal from `sender` (0: not known) to the supervisor. False if it repeats the last. */
bool coalesce_is_new(pid_t sender);

/* The same for `signals` to processes of g. */
bool coalesce_server_is_new(pid_t sender, const struct generation *g, unsigned signals);

/* All signals to the supervisor that have come so far have been read. */
void coalesce_signals_read(void);

#endif
