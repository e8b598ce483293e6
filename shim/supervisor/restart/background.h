/* SPDX-License-Identifier: ISC */
/*
 * Going on in the background: when the first process of the server exits 0 while others serve,
 * the caller is let go with that status; when the server has ended while older generations still
 * drain, or was stopped and left some that serve, they are seen to their end.
 */
#ifndef GRACE_SUPERVISOR_RESTART_BACKGROUND_H
#define GRACE_SUPERVISOR_RESTART_BACKGROUND_H

#include "supervisor/generation/generation.h"

/* g's first process has exited 0. For generation 1 so does the supervisor, once what is left
 * listens or has stayed for a moment. */
void background_follow(struct generation *g);

/* Is it time? */
bool background_due(int64_t now);

/* Returns in the process that goes on; the caller is let go when that one can be asked. */
void background_go(void);
void background_arrived(void);

/* Returns true in a background process when there is something left to drain. */
bool background_last(void);

#endif
