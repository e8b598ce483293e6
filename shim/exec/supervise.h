/* SPDX-License-Identifier: ISC */
/*
 * libgrace.so is also a program: executed (directly, or through the dynamic loader where the
 * x bit is missing) it is the supervisor.
 */
#ifndef GRACE_EXEC_SUPERVISE_H
#define GRACE_EXEC_SUPERVISE_H

#include <stdbool.h>

/* Is this process running libgrace.so itself rather than a server? */
bool supervise_is_library(void);

/* Path of the library as the loader knows it, made absolute. False when it can't be told. */
bool supervise_library(char *path, unsigned size);

/* Executes libgrace.so as the supervisor of this very command, in this process.  Returns only on
 * failure, with errno; the environment is then as before. */
void supervise_command(const char *library, char **argv);

/* Executes it with the arguments from args[2] on; fills in the two before. The same. */
void supervise_execute(const char *library, char *args[], char *const envp[]);

#endif
