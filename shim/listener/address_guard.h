/* SPDX-License-Identifier: ISC */
/*
 * "Does anybody answer at the address that I am about to bind?" Servers connect to it and do not
 * start if that works: CherryPy to its TCP port, MariaDB, pgbouncer and dovecot to a UNIX path.
 */
#ifndef GRACE_LISTENER_ADDRESS_GUARD_H
#define GRACE_LISTENER_ADDRESS_GUARD_H

#include <sys/socket.h>
#include <stdbool.h>

/* Of a generation that starts: does only the one before serve at this address? It may stand behind
 * a wildcard, if it is one of this machine. */
bool address_guard_hides(int fd, const struct sockaddr *addr, socklen_t len);

/* connect() where nobody listens: the kernel says what it says then. */
int address_guard_refuse(int fd, const struct sockaddr *addr, socklen_t len);

#endif
