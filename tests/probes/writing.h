/* SPDX-License-Identifier: ISC */
/* What the calls that write have in common. */
#ifndef WRITING_H
#define WRITING_H

#include <sys/types.h>

typedef ssize_t writing_call(int fd, const void *data, size_t n, int flags);

/* Errors, lengths, full pipes, ends that are closed, flags, time limits, signals, cancelled
 * threads. kind: DATA_*. */
void writing_probe(writing_call *call, unsigned kind);

#endif
