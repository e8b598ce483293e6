/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's own pid file (GRACE_SUPERVISOR_PIDFILE), for managers that follow one: that of
 * the server names another process after each restart, and systemd reads it only now and then.
 *
 * It has the number in it from the moment it is there, and is locked (flock) as long as the
 * supervisor lives, whatever process that goes on in: a second start of the same service is told
 * so, a file that was left behind is not in the way.
 */
#ifndef GRACE_SUPERVISOR_STATE_OWN_PID_FILE_H
#define GRACE_SUPERVISOR_STATE_OWN_PID_FILE_H

#include <stdbool.h>

/* Nothing where none is wanted. Else false, and *why: another one has it, or it can't be written.
 */
bool own_pid_file_create(const char **why);

/* This is another process than the one that created it. */
void own_pid_file_update(void);

/* Removes it, if it still is ours. */
void own_pid_file_remove(void);

#endif
