/* SPDX-License-Identifier: ISC */
/*
 * The listeners of a generation that was taken over.  It has no control socket any more (the other
 * end died with the supervisor that made it), so its processes hand over nothing: the supervisor
 * takes copies out of them (pidfd_getfd), for as long as a restart lasts.  At other times it holds
 * none, so that what the server closes and binds again is its own; but for those that it has
 * inherited where it may not copy any.
 */
#ifndef GRACE_SUPERVISOR_STEP_FETCH_H
#define GRACE_SUPERVISOR_STEP_FETCH_H

#include "supervisor/generation/generation.h"

/* Takes those that g uses and the supervisor does not have. Nothing, unless g was taken over. */
void fetch_listeners(struct generation *g);

/* Was g taken over, and has the supervisor all that its page names? */
bool fetch_is_whole(const struct generation *g);

/* Gives them back when no restart is going on. */
void fetch_step(void);

/* A copy of a descriptor of another process, or -1. */
int fetch_fd(pid_t pid, int fd);

#endif
