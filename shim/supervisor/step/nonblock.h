/* SPDX-License-Identifier: ISC */
/*
 * While two generations accept on the same sockets, O_NONBLOCK is set on all of them: a server
 * that polls and then accepts on a blocking socket would get stuck when the other generation was
 * faster.  The shim shows each server the flag it believes in (hooks/fd.c).
 */
#ifndef GRACE_SUPERVISOR_STEP_NONBLOCK_H
#define GRACE_SUPERVISOR_STEP_NONBLOCK_H

void nonblock_begin(void);

/* When only one generation still accepts: the flag becomes what that one believes. */
void nonblock_step(void);

#endif
