/* SPDX-License-Identifier: ISC */
/*
 * Limits that were meant for the server and would end the supervisor, or keep it from making the
 * page (a memfd counts as a file): lifted as far as we may, given back to whatever we start.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_RLIMITS_H
#define GRACE_SUPERVISOR_KERNEL_RLIMITS_H

void rlimits_lift(void);

/* In a child, or before we become the server. */
void rlimits_restore(void);

#endif
