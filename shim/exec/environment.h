/* SPDX-License-Identifier: ISC */
/*
 * Which programs that the server execs belong to the generation, and what environment they get.
 *
 * The constructor takes LD_PRELOAD (our part) and GRACE_HANDOFF out of environ, so the server
 * and its helpers see the environment they would see without us.  The exec hooks put them back
 * for a program that is part of the server: while nothing serves yet (wrapper scripts), when it
 * inherits a listener, where the server executes itself, or always with GRACE_CHILDREN=keep; never
 * in another PID namespace.
 */
#ifndef GRACE_EXEC_ENVIRONMENT_H
#define GRACE_EXEC_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "process/own_fds.h"

/* Is what this process execs now, in its own place or a child's, part of the generation? argv: of
 * what it execs in its own place. Keeps errno. */
bool environment_injects(bool in_place, char *const argv[]);

/* How many pointers and bytes environment_inject() needs. */
size_t environment_entries(char *const envp[]);
size_t environment_bytes(char *const envp[]);

/* envp with our two variables, in the room given. */
char *const *environment_inject(char *const envp[], const union handoff_fds *loan, char **entries,
                                char *bytes);

/* The same for a shell: "export 'NAME=value' 'NAME=value'; " to stand before its command, in
 * environment_prefix_bytes() of room. Returns the end. */
size_t environment_prefix_bytes(char *const envp[]);
char *environment_prefix(char *to, char *const envp[], const union handoff_fds *loan);

#endif
