/* SPDX-License-Identifier: ISC */
/*
 * Starting the server: the same command, from the same directory by its path (state/directory),
 * with the environment, signal mask, dispositions, stdio and descriptors that the supervisor was
 * given.
 */
#ifndef GRACE_SUPERVISOR_STEP_SPAWN_H
#define GRACE_SUPERVISOR_STEP_SPAWN_H

#include "supervisor/generation/generation.h"

enum { SPAWN_UNABLE = 125 };

/* Takes LD_PRELOAD out of the environment, for the server: before anything is executed. */
void spawn_prepare(void);

/* Starts g; its deadline is GRACE_READY_TIMEOUT.  NULL, or what has failed ("fork: Resource
 * temporarily unavailable").  Whether its command can be executed turns out later: its directory
 * and its file may be where that takes time. */
const char *spawn_generation(struct generation *g);

/* Has it turned out meanwhile that g's command can't be executed?  Once; NULL, or why ("exec
 * /usr/sbin/x: Permission denied"). */
const char *spawn_failed(struct generation *g);

/* Starts the first one, and waits for that, too. 0, or why and the status that says so: 126, 127,
 * or SPAWN_UNABLE where it is not the command's fault. */
int spawn_first(struct generation *g, const char **why);

/* In a child: signals and limits as the supervisor was given them, for what is executed now. */
void spawn_restore(void);

/* Becomes the server, unwrapped: the supervisor can't do its job. Returns only on failure. */
void spawn_unwrapped(void);

#endif
