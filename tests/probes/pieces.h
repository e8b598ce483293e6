/* SPDX-License-Identifier: ISC */
/* What the calls that take a list of pieces have in common: how many there may be. */
#ifndef PIECES_H
#define PIECES_H

#include <sys/types.h>
#include <sys/uio.h>

typedef ssize_t pieces_call(int fd, const struct iovec *pieces, int count);

/* fd: what is to be read waits there, or what is written has room. */
void pieces_probe(pieces_call *call, int fd);

#endif
