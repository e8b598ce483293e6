/* SPDX-License-Identifier: ISC */
/*
 * How known programs want to be asked to end.  It is SIGTERM, but for those in the table: there
 * that breaks off what others finish, waits for what is not to come, or does not end it.
 */
#ifndef GRACE_SUPERVISOR_STATE_STOP_SIGNALS_H
#define GRACE_SUPERVISOR_STATE_STOP_SIGNALS_H

#include <sys/types.h>

/* By what the process executes. SIGKILL: not at all. */
int stop_signals_of(pid_t pid);

#endif
