/* SPDX-License-Identifier: ISC */
/*
 * Taking over the generations of a supervisor that was killed: one serves on as the current one,
 * one that was starting is ended, those that drained go on to.  They are no children of this
 * process: their ends are seen in /proc, their exit status is not known.
 */
#ifndef GRACE_SUPERVISOR_RECOVERY_RECOVER_H
#define GRACE_SUPERVISOR_RECOVERY_RECOVER_H

#include <stdbool.h>

/* --recover=FD: becomes the supervisor that the record in fd describes. Exits where that can't be,
 * with one line. */
void recover_become(int fd);

/* After it: takes the generations over, and restarts as the signal has asked for. Exits quietly
 * where another supervisor lives. */
void recover_server(void);

/* At a start: does the same server run already, without a supervisor? Then takes it over and
 * restarts it. */
bool recover_at_start(void);

#endif
