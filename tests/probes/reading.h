/* SPDX-License-Identifier: ISC */
/* What the calls that read have in common. */
#ifndef READING_H
#define READING_H

#include <sys/types.h>

typedef ssize_t reading_call(int fd, void *buffer, size_t n, int flags);

/* Errors, lengths, ends, flags, time limits, signals, cancelled threads. kind: DATA_*. */
void reading_probe(reading_call *call, unsigned kind);

#endif
