/* SPDX-License-Identifier: ISC */
/*
 * Starting the server: the same command, from the same directory by its logical name (so that a
 * switched `current` symlink is followed), with the environment, signal mask, dispositions,
 * stdio and descriptors that the supervisor was given.
 */
#ifndef GRACE_SUPERVISOR_STEP_SPAWN_H
#define GRACE_SUPERVISOR_STEP_SPAWN_H

#include <stdbool.h>

#include "supervisor/generation/generation.h"
#include "supervisor/state/command.h"
#include "supervisor/state/options.h"

/* Notes what the server is to get: call before anything is changed. */
void spawn_prepare(const struct command *command, const struct options *options);

/* Was the signal ignored when we were started, as nohup does? */
bool spawn_ignores(int sig);

/* Starts g; its deadline is GRACE_READY_TIMEOUT. On failure -errno, and *step names what failed
 * ("socketpair", "fork", ...).  Whether its command can be executed turns out later: its directory
 * and its file may be where that takes time. */
int spawn_generation(struct generation *g, const char **step);

/* Waits for that, too (*step is "chdir" or "exec"): at the start nobody could miss us. */
int spawn_and_wait(struct generation *g, const char **step);

/* Has it turned out meanwhile that g's command can't be executed? Once; `why` says it. */
bool spawn_failed(struct generation *g, char *why, size_t size);

/* "exec /usr/sbin/x: Permission denied": what failed in spawn_generation, for people. */
void spawn_describe(int error, const char *step, char *text, size_t size);

/* In a child: runs a shell command of the user with the signals of the server and
 * GRACE_GENERATION and GRACE_MAIN_PID in its environment. */
_Noreturn void spawn_command(const char *command, const char *generation, const char *main_pid);

/* Becomes the server, unwrapped: the supervisor can't do its job. Returns only on failure. */
void spawn_unwrapped(void);

#endif
