/* SPDX-License-Identifier: ISC */
/*
 * Room for one call, where the caller's stack may be too small: a thread can have as little as
 * 16 kB, of which the call itself needs half.
 */
#ifndef GRACE_PROCESS_SCRATCH_H
#define GRACE_PROCESS_SCRATCH_H

#include <stddef.h>

/* NULL where it is little, or can't be had: then it is taken from the stack. Keeps errno. */
char *scratch_map(size_t size);
void scratch_unmap(char *room, size_t size);

#endif
