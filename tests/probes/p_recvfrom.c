/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "receiving.h"

static long call(int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
    return recvfrom(fd, buffer, n, flags, from, len);
}

PROBE(recvfrom)
{
    receiving_probe(call);
}
