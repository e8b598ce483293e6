/* SPDX-License-Identifier: ISC */
/* The members of a generation: which there are, whether any lives, and what they are sent. */
#ifndef GRACE_SUPERVISOR_GENERATION_MEMBERS_H
#define GRACE_SUPERVISOR_GENERATION_MEMBERS_H

#include "supervisor/generation/generation.h"

/* Its main process is there: what descends from it belongs to it. */
void generation_spawned(struct generation *g, pid_t main);

/* Is any process of it alive?  If so, the supervisor wakes up when that may have changed: one of
 * them is watched. */
bool generation_lives(struct generation *g);

/* After each wait: looks at that one. */
void generation_watch(struct generation *g);

/* Its processes now (g->tree). 0 or -errno. */
int generation_scan(struct generation *g);

/* Sends sig to the main process; where that has gone (a daemon's first process), to those of its
 * tree that have no parent in it. The restart signal is the server's own then, no request. */
void generation_signal(struct generation *g, int sig);

/* The same, and each gets the signal that is chosen for it; 0: none. How many got one. */
typedef int generation_choice(struct generation *g, pid_t pid, int sig);
size_t generation_signal_chosen(struct generation *g, int sig, generation_choice *choose);

/* If who got that signal is stopped: it has to run to take it. */
void generation_continue(struct generation *g);

/* Ends the whole tree, main process first. */
void generation_kill(struct generation *g, int sig);

#endif
