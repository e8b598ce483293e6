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
#ifndef GRACE_EXEC_INJECT_H
#define GRACE_EXEC_INJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "process/own_fds.h"

/* Is what this process execs now, in its own place or a child's, part of the generation? argv: of
 * what it execs in its own place. Keeps errno. */
bool inject_wanted(bool in_place, char *const argv[]);

/* How many pointers and bytes inject_environment() needs. */
size_t inject_entries(char *const envp[]);
size_t inject_bytes(char *const envp[]);

/* envp with our two variables, in the room given. */
char *const *inject_environment(char *const envp[], const union handoff_fds *loan, char **entries,
                                char *bytes);

/* The same for a shell: "export 'NAME=value' 'NAME=value'; " to stand before its command, in
 * inject_prefix_bytes() of room. Returns the end. */
size_t inject_prefix_bytes(char *const envp[]);
char *inject_prefix(char *to, char *const envp[], const union handoff_fds *loan);

#endif
