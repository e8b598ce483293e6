/* SPDX-License-Identifier: ISC */
/*
 * The supervisor under the server's name.  The process ID that start-stop-daemon, pidof or an
 * init script know is the supervisor's, and they look whether its exe, comm and command line are
 * the server's.  So it executes the server's own program, with libgrace.so as its auditor
 * (rtld-audit(7)): the dynamic loader loads that before anything else, into a namespace with a
 * libc of its own, and runs its constructors.  Ours never return; of the program nothing is
 * loaded but its own file, which is mapped and never touched.
 */
#ifndef GRACE_SUPERVISOR_STATE_AUDITOR_H
#define GRACE_SUPERVISOR_STATE_AUDITOR_H

#include "supervisor/state/command.h"

/* Executes the server's program so, with `argv` for us.  Returns if that can't be: a program that
 * another loader loads or none, a list of auditors of the user's own. */
void auditor_become(const struct command *c, char **argv);

/* In such a process: what auditor_become() got.  NULL in any other, or if it is lost. */
char **auditor_arguments(void);

#endif
