/* SPDX-License-Identifier: ISC */
/* Locks of files, by whichever call: free, held by another process, waited for, interrupted. */
#ifndef LOCKING_H
#define LOCKING_H

#include <stdbool.h>

typedef int locking_call(int fd, bool wait);

void locking_probe(locking_call *lock, int (*unlock)(int fd));

#endif
