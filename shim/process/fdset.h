/* SPDX-License-Identifier: ISC */
/*
 * Bits of a set of select().  Not FD_SET() and the like: a set may be larger than an fd_set, for
 * which FORTIFY ends the process, and calls a function for each bit.
 */
#ifndef GRACE_PROCESS_FDSET_H
#define GRACE_PROCESS_FDSET_H

#include <sys/select.h>
#include <stdbool.h>
#include <stddef.h>

/* Of the first n numbers, as the kernel copies them. */
static inline size_t fdset_bytes(int n)
{
    return ((size_t)n + 63) / 64 * 8;
}

static inline bool fdset_has(const fd_set *set, int fd)
{
    return ((const unsigned char *)set)[fd / 8] >> fd % 8 & 1;
}

static inline void fdset_add(fd_set *set, int fd)
{
    ((unsigned char *)set)[fd / 8] |= (unsigned char)(1 << fd % 8);
}

static inline void fdset_remove(fd_set *set, int fd)
{
    ((unsigned char *)set)[fd / 8] &= (unsigned char)~(1 << fd % 8);
}

#endif
