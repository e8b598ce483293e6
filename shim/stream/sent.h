/* SPDX-License-Identifier: ISC */
/*
 * What the kernel has counted of a TCP connection.  In its order: whoever sent it, in whatever way.
 */
#ifndef GRACE_STREAM_SENT_H
#define GRACE_STREAM_SENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes were written to it since it was accepted. False: no TCP, or the kernel does not say
 * (before Linux 4.19, in a sandbox). Keeps errno. */
bool sent_bytes(int fd, uint64_t *n);

/* The same, and none of them waits: so the kernel has room for a head. */
bool sent_at_once(int fd, uint64_t *n);

/* Are the n bytes that were read just now the first that have come at all? Keeps errno. */
bool sent_first(int fd, size_t n);

/* Has come and not been read: something at least. Keeps errno. */
bool sent_more(int fd);

#endif
