/* SPDX-License-Identifier: ISC */
/*
 * Datagram sockets that generations share.  One of them is a listener from bind() on.  To drain it
 * is not replaced by a placeholder, for the answers to what has been read go out through it: the
 * socket stays and is suspended (suspend.h).
 *
 * recv() and read() are not watched: servers that answer need the sender's address.
 */
#ifndef GRACE_WAIT_RECEIVE_H
#define GRACE_WAIT_RECEIVE_H

#include <sys/socket.h>
#include <sys/types.h>
#include <stdbool.h>

#include "process/fdtab.h"

static inline bool receive_watched(int fd)
{
    return __builtin_expect((fdtab_get(fd) & FD_DATAGRAM) != 0, 0);
}

/* bind() has succeeded on fd: a server's socket while the generation starts; what is bound later,
 * or to port 0, is taken for a client's (resolvers bind one for each question, tftpd one for each
 * answer), unless it joins a group. */
void receive_bound(int fd, const struct sockaddr *addr, socklen_t len);

/* So has connect() on one that receive_watched(): it hears one peer, and serves nobody else. */
void receive_connected(int fd);

/* One receiving call; `call` is the real one, with these flags. */
typedef ssize_t receive_call(int fd, const void *arguments, int flags);
ssize_t receive_datagram(int fd, const void *arguments, int flags, receive_call *call);

#endif
