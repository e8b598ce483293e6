/* SPDX-License-Identifier: ISC */
/*
 * What a supervisor that was killed has left in the runtime directory: its socket, and a directory
 * if it was making a placeholder.  That there is a socket is the sign that a server may be running
 * without a supervisor.
 */
#ifndef GRACE_SUPERVISOR_RECOVERY_STALE_H
#define GRACE_SUPERVISOR_RECOVERY_STALE_H

#include <sys/types.h>
#include <stdbool.h>

/* Is there any? */
bool stale_any(void);

/* Removes that of a dead process. */
void stale_remove(pid_t pid);

#endif
