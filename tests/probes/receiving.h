/* SPDX-License-Identifier: ISC */
/* What the calls that receive datagrams have in common. */
#ifndef RECEIVING_H
#define RECEIVING_H

#include <sys/socket.h>

typedef long receive_call(int fd, void *buffer, size_t n, int flags, struct sockaddr *from,
                          socklen_t *len);

/* Errors, lengths, flags, time limits, signals, cancelled threads: on a socket that serves (bound
 * to a port), on a client's, and on a connection. */
void receiving_probe(receive_call *call);

#endif
