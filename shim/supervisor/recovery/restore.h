/* SPDX-License-Identifier: ISC */
/* Becoming the process that a record describes.  What can't be had is done without: a supervisor
 * with another nice value is better than none. */
#ifndef GRACE_SUPERVISOR_RECOVERY_RESTORE_H
#define GRACE_SUPERVISOR_RECOVERY_RESTORE_H

#include "supervisor/state/record.h"

/* Limits, environment, directory, descriptors; what follows is a normal start. The descriptor
 * `record` stays, and `r` itself: `command` is of it. False with errno. */
bool restore_process(const struct record *r, int record, struct command *command);

/* Standard error of the first supervisor was not there any more. */
bool restore_lost_stderr(void);

#endif
