/* SPDX-License-Identifier: ISC */
/* Files that are opened, by whichever call: created, created exclusively, emptied, refused. */
#ifndef OPENING_H
#define OPENING_H

#include <sys/types.h>

typedef int opening_call(const char *path, int flags, mode_t mode);

void opening_probe(opening_call *call);

#endif
