/* SPDX-License-Identifier: ISC */
/* What a child with memory of its own can do with what it inherits. */
#ifndef FORKING_H
#define FORKING_H

#include <sys/types.h>

void forking_probe(pid_t (*call)(void));

#endif
