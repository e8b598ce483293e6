/* SPDX-License-Identifier: ISC */
/*
 * Stand-ins for listeners that this process gave up: listening sockets that nobody can reach, so
 * that getsockname, setsockopt, epoll, accept (EAGAIN), listen and close go on working.  Made
 * ahead, at listen(): at the time of need the process may be chrooted, sandboxed or out of fds.
 */
#ifndef GRACE_DUMMY_H
#define GRACE_DUMMY_H

#include <stdbool.h>

/* Makes what a listener of this family and type will need. 0 or -errno. */
int dummy_prepare(int family, int type, bool blocking);

/* The prepared non-blocking dummy, or -1. */
int dummy_fd(int family, int type);

/* A blocking dummy to park threads in accept(), or -1. */
int dummy_park_fd(void);

/* A dummy of the caller's own (shutdown() would spoil the shared one). -errno on failure. */
int dummy_new(int family, int type);

#endif
