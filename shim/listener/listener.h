/* SPDX-License-Identifier: ISC */
/*
 * A listener's life in a server process: bound (or adopted from the supervisor), listening,
 * waited on, muted when the generation drains, closed.  Functions that stand for a call of the
 * server return what the kernel would and leave errno alone where they succeed.
 */
#ifndef GRACE_LISTENER_LISTENER_H
#define GRACE_LISTENER_LISTENER_H

#include <sys/socket.h>
#include <stdbool.h>

#include "protocol/address.h"

/* bind(): true when fd now is the listener that the supervisor held for this address; false
 * when the kernel is to be asked. */
bool adopt_listener(int fd, const struct sockaddr *addr, socklen_t len);

/* The socket is about to get this path as its name: the same. */
bool adopt_path(int fd, const struct address *a);

/* listen() has succeeded on fd: tells the supervisor, once. */
void listener_listening(int fd);

/* accept() or a wait on a number we know nothing of: is it an inherited listener? */
bool listener_discover(int fd);

/* The calling thread waits for connections on fd (reported while the generation starts). */
void listener_waited(int fd);

/* accept() has worked on one that was expected to be closed soon (brief.h). */
void listener_accepted(int fd);

/* Some number of listener `index` was closed. */
void listener_closed(int index);

/* The server changes or asks for O_NONBLOCK; the flag itself is shared between generations. */
void listener_set_nonblock(int fd, bool on);

/* Listeners that the server believes to be blocking exist here. */
extern bool listener_blocking;

#endif
