/* SPDX-License-Identifier: ISC */
/*
 * libgrace.so is also a program: executed (directly, or through the dynamic loader where the
 * x bit is missing) it is the supervisor.
 */
#ifndef GRACE_PROGRAM_H
#define GRACE_PROGRAM_H

#include <stdbool.h>

#include "libc/export.h"

/* Path of the dynamic loader. */
extern const char program_loader[] HIDDEN;

/* Is this process running libgrace.so itself rather than a server? */
bool program_is_library(void);

/* Path of the library as the loader knows it, made absolute. False when it can't be told. */
bool program_library(char *path, unsigned size);

/*
 * Executes libgrace.so as the supervisor of this very command, in this process.  Returns only
 * on failure, with errno; the environment is then as before.
 */
void program_become_supervisor(const char *library, char **argv);

#endif
