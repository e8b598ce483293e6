/* SPDX-License-Identifier: ISC */
/*
 * GRACE_ENVDIR: variables of the server, a file each, as envdir(8) of daemontools reads them: the
 * first line without blanks at its end, a zero byte stands for the end of a line, an empty file
 * removes the variable.  Read anew at each start, in the child: the file system may hang, and what
 * was read before is gone.
 */
#ifndef GRACE_SUPERVISOR_STATE_ENVDIR_H
#define GRACE_SUPERVISOR_STATE_ENVDIR_H

#include <stdbool.h>

/* Can it be read, if it is set?  False after one line on standard error. */
bool envdir_check(void);

/* In a child: into the environment. NULL, or what is wrong with it. */
const char *envdir_apply(void);

#endif
