/* SPDX-License-Identifier: ISC */
/*
 * Which programs that the server execs belong to the generation, and what environment they get.
 *
 * The constructor takes LD_PRELOAD (our part) and GRACE_HANDOFF out of environ, so the server
 * and its helpers see the environment they would see without us.  The exec hooks put them back
 * for a program that is part of the server: while nothing serves yet (wrapper scripts), when it
 * inherits a listener, or where the server executes itself.  From then on what the server executes
 * is a bystander (process/bystander.h), and a helper, which gets nothing, if that is done for a
 * client: by a process that has a client's connection, or whose parent had one when it was forked.
 * A command that was executed otherwise before, and served, is none: the client of a process
 * manager asks for it to be started again. With GRACE_CHILDREN=keep there are no helpers; nothing
 * is passed to another PID namespace.
 */
#ifndef GRACE_EXEC_INJECT_H
#define GRACE_EXEC_INJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/handoff.h"

enum inject { INJECT_NOTHING, INJECT_BYSTANDER, INJECT_MEMBER };

/* What becomes of what this process execs now, in its own place or a child's? Keeps errno. */
enum inject inject_as(bool in_place, char *const argv[]);

/* What that is told; `loan` is lent to it. */
struct handoff inject_handoff(enum inject as, char *const argv[], const union handoff_fds *loan);

/* In the child of a fork: notes whether its parent works for a client. */
void inject_forked(void);

/* How many pointers and bytes inject_environment() needs. */
size_t inject_entries(char *const envp[]);
size_t inject_bytes(char *const envp[]);

/* envp with our two variables, in the room given. */
char *const *inject_environment(char *const envp[], const struct handoff *h, char **entries,
                                char *bytes);

/* The same for a shell: "export 'NAME=value' 'NAME=value'; " to stand before its command, in
 * inject_prefix_bytes() of room. Returns the end. */
size_t inject_prefix_bytes(char *const envp[]);
char *inject_prefix(char *to, char *const envp[], const struct handoff *h);

#endif
