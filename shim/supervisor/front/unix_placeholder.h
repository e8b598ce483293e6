/* SPDX-License-Identifier: ISC */
/*
 * UNIX placeholders: a process of the server makes the socket and keeps it; it is bound and made to
 * listen here, for here is a directory of our own to do it in.  The path is gone before the socket
 * listens, so nobody can ever connect.
 */
#ifndef GRACE_SUPERVISOR_FRONT_UNIX_PLACEHOLDER_H
#define GRACE_SUPERVISOR_FRONT_UNIX_PLACEHOLDER_H

/* Whatever a process has sent. What is no unbound UNIX socket, or finds no directory, stays as it
 * is. */
void unix_placeholder_settle(int fd);

#endif
