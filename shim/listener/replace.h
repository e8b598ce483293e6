/* SPDX-License-Identifier: ISC */
/*
 * A number keeps its place and loses its listener: a placeholder that nobody can reach is put
 * there, in the epolls, too.  Datagram sockets are suspended instead (suspend.h).
 */
#ifndef GRACE_LISTENER_REPLACE_H
#define GRACE_LISTENER_REPLACE_H

#include <stdbool.h>

#include "protocol/address.h"

/* Puts `with` in the place of the listener fd. Keeps errno. */
bool replace_fd(int fd, int with);

/* Every listener of this process. False when one is left. */
bool replace_all(void);

/* fd has just become a listener: while the generation drains it is replaced at once. Keeps errno.
 */
void replace_settle(int fd);

/* From here on this process may have to give the listener fd up again: makes what that takes. */
void replace_prepare(int fd, const struct address *a);

/* The server binds fd to an address that its generation has given up: it gets a placeholder. */
bool replace_late(int fd, const struct address *a);

/* shutdown(). While it would end the listener of another generation, too, the server gets a dead
 * socket of its own instead. */
int replace_shutdown(int fd, int how);

#endif
