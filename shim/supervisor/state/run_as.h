/* SPDX-License-Identifier: ISC */
/*
 * GRACE_USER and GRACE_NICE: as whom the server runs, and how nicely.  Each generation becomes so
 * in the child; the supervisor stays what it is, and can start another one.  Users are looked up
 * once, at the start: that may ask the network, and wait.
 */
#ifndef GRACE_SUPERVISOR_STATE_RUN_AS_H
#define GRACE_SUPERVISOR_STATE_RUN_AS_H

#include <stdbool.h>

/* Looks the user up.  `check`: and tries it all, in a child.  False after one line on standard
 * error.
 */
bool run_as_prepare(bool check);

/* In a child: HOME, USER, LOGNAME. */
void run_as_environment(void);

/* In a child: becomes it. NULL, or what could not be done, with errno. */
const char *run_as_become(void);

#endif
