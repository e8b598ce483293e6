/* SPDX-License-Identifier: ISC */
/*
 * Stand-ins for listeners that this process gave up: listening sockets that nobody can reach, so
 * that getsockname, setsockopt, epoll, accept (EAGAIN), listen and close go on working.  Made
 * ahead, at listen(): at the time of need the process may be chrooted, sandboxed or out of fds.
 * A thread that blocks on one sleeps in suspend_wait().
 */
#ifndef GRACE_DUMMY_H
#define GRACE_DUMMY_H

/* Makes what a listener of this family and type will need. 0 or -errno. */
int dummy_prepare(int family, int type);

/* The prepared dummy, non-blocking, or -1. */
int dummy_fd(int family, int type);

/* One that is about to be shut down, of the caller's own. -errno on failure. */
int dummy_dead(int family, int type);

/* accept() on a dummy: whoever has come all the same is not served. -1, EAGAIN. */
int dummy_accept(int fd);

#endif
