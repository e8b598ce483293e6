/* SPDX-License-Identifier: ISC */
/*
 * bind(): the listener that the generation before has for this address.  The supervisor hands it
 * out, and it takes the number of the socket that was to be bound.
 */
#ifndef GRACE_LISTENER_ADOPT_H
#define GRACE_LISTENER_ADOPT_H

#include <sys/socket.h>
#include <stdbool.h>

#include "protocol/address.h"

/* True when fd now is the listener that the supervisor held for this address; false when the
 * kernel is to be asked. Keeps errno. */
bool adopt_listener(int fd, const struct sockaddr *addr, socklen_t len);

/* The socket is about to get this path as its name: the same. */
bool adopt_path(int fd, const struct address *a);

#endif
