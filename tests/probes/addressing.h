/* SPDX-License-Identifier: ISC */
/* What the calls that send to an address have in common. */
#ifndef ADDRESSING_H
#define ADDRESSING_H

#include <sys/socket.h>
#include <sys/types.h>

typedef ssize_t addressing_call(int fd, const void *data, size_t n, int flags, const void *to,
                                socklen_t len);

/* Addresses that are right, wrong and missing: of datagrams, and of connections, which take none.
 */
void addressing_probe(addressing_call *call);

#endif
