/* SPDX-License-Identifier: ISC */
/*
 * The end of the server.  Stopped for good it gets the signal and GRACE_STOP_TIMEOUT for its own
 * graceful stop; a second signal or the deadline means SIGKILL.  With drain, its connections are
 * finished first.  When it has ended, told to or not, so does the supervisor, with its status.
 */
#ifndef GRACE_SUPERVISOR_RESTART_STOP_H
#define GRACE_SUPERVISOR_RESTART_STOP_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* timeout(1) signals its child and then its own group: within this time the second signal is the
 * same. */
enum { STOP_ECHO_MS = 500 };

/* A stop signal; a second one, or SIGKILL when the server takes too long. */
enum phase stop_begin(int sig);
enum phase stop_again(int sig);

/* SIGKILL to all, whatever it was told before. */
enum phase stop_now(void);

/* Its connections are to be finished first; or a sequential restart, for who waits in the queue
 * can be answered by the next generation only. */
enum phase stop_drain(void);
enum phase stop_follows(void);

/* The main process of the one that serves has ended: by itself, or it was to. */
enum phase stop_crashed(const struct generation *g, const char *how);
enum phase stop_ended(struct generation *g, const char *how);

/* No process of it is left, and none was a child of ours that could have told. */
enum phase stop_over(const struct generation *g);

#endif
