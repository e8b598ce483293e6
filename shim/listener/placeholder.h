/* SPDX-License-Identifier: ISC */
/*
 * Stand-ins for listeners that this process gave up: listening sockets that nobody can reach, so
 * that getsockname, setsockopt, epoll, accept (EAGAIN), listen and close go on working.  Made
 * ahead, at listen(): at the time of need the process may be chrooted, sandboxed or out of fds.
 * A thread that blocks on one sleeps in blocking_wait().
 */
#ifndef GRACE_LISTENER_PLACEHOLDER_H
#define GRACE_LISTENER_PLACEHOLDER_H

/* Makes what a listener of this family and type will need. 0 or -errno. */
int placeholder_prepare(int family, int type);

/* The prepared one, non-blocking, or -1. */
int placeholder_fd(int family, int type);

/* One that is about to be shut down, of the caller's own. -errno on failure. */
int placeholder_dead(int family, int type);

/* bind() to where nobody comes from outside. */
int placeholder_bind(int fd, int family);

/* accept() on one: whoever has come all the same is not served. -1, EAGAIN. */
int placeholder_accept(int fd);

#endif
