/* SPDX-License-Identifier: ISC */
/*
 * The restart signal, to the supervisor or to any process of the server, whose handler notes it in
 * the page (entry/signal_handler) and rings (front/bell), is a request for a restart.
 *
 * Several signals may be one request: `killall -HUP server` signals the supervisor and every
 * process of the server, some of which run so late that the restart is over by then.  Two count as
 * one if the same process sent them, shortly after each other, to several processes of a server
 * that the first of them has replaced.  A second one to the same process is a request of its own:
 * it is about what is on disk by then.
 */
#ifndef GRACE_SUPERVISOR_FRONT_RESTART_SIGNALS_H
#define GRACE_SUPERVISOR_FRONT_RESTART_SIGNALS_H

#include "supervisor/generation/generation.h"

/* One from `sender` (0: not known) to the supervisor; and all that have come so far were read. */
void restart_signals_to_supervisor(pid_t sender);
void restart_signals_all_read(void);

/* Those that processes of g got since the last time. */
void restart_signals_to_server(struct generation *g);

#endif
