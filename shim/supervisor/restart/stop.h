/* SPDX-License-Identifier: ISC */
/*
 * The end of the server.  Stopped for good it gets the signal and GRACE_STOP_TIMEOUT for its own
 * graceful stop; a second signal or the deadline means SIGKILL.  With drain, its connections are
 * finished first.  When it has ended, told to or not, so does the supervisor, with its status.
 */
#ifndef GRACE_SUPERVISOR_RESTART_STOP_H
#define GRACE_SUPERVISOR_RESTART_STOP_H

#include "supervisor/restart/restart_input.h"

/* A stop signal; a second one; the server takes too long. */
restart_action stop_begin;
restart_action stop_again;
restart_action stop_late;

/* Its connections are to be finished first; or a sequential restart, for who waits in the queue
 * can be answered by the next generation only. */
restart_action stop_drain;
restart_action stop_follows;

/* The main process of the one that serves has ended: by itself, or it was to. */
restart_action stop_crashed;
restart_action stop_ended;

/* No process of it is left, and none was a child of ours that could have told. */
restart_action stop_over;

#endif
