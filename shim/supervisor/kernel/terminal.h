/* SPDX-License-Identifier: ISC */
/*
 * The server has a process group of its own, so that its kill(0) meets nobody else.  On a
 * terminal it then has to be the foreground group: Ctrl-C reaches it once, it may read, and a
 * Ctrl-Z stops the supervisor with it, as the shell that started the job expects.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_TERMINAL_H
#define GRACE_SUPERVISOR_KERNEL_TERMINAL_H

#include <sys/types.h>
#include <stdbool.h>

/* Notes whether we are in the foreground of a terminal. */
void terminal_open(void);

/* Makes this group the foreground one, if we (or `from`) have the terminal. */
void terminal_give(pid_t group);
void terminal_pass(pid_t from, pid_t to);

/* The server's group was stopped by sig: when that is the terminal's doing, so are we, for the
 * shell to see the job stop; a SIGCONT then finds us both. */
void terminal_stopped(pid_t group, int sig);

/* Has the controlling terminal hung up? */
bool terminal_is_gone(void);

#endif
