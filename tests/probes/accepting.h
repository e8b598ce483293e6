/* SPDX-License-Identifier: ISC */
/* What accept() and accept4() have in common. */
#ifndef ACCEPTING_H
#define ACCEPTING_H

#include <sys/socket.h>
#include <stdbool.h>

typedef int accept_call(int fd, struct sockaddr *addr, socklen_t *len);

/* Is it a cancellation point? */
void accepting_probe(accept_call *call, bool cancels);

#endif
