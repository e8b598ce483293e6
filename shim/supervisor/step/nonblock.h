/* SPDX-License-Identifier: ISC */
/*
 * While two generations accept on the same sockets, O_NONBLOCK is set on all of them: a server
 * that accepts on a blocking socket would get stuck in the kernel when the other generation was
 * faster.  The shim shows each server the flag it believes in (hooks/fd.c), and takes a connection
 * before it says that there is one (listener/take.h).
 */
#ifndef GRACE_SUPERVISOR_STEP_NONBLOCK_H
#define GRACE_SUPERVISOR_STEP_NONBLOCK_H

#include <stdbool.h>

void nonblock_begin(void);

/* Where one ends before the next begins: what the flag is before it drains, for its processes set
 * it on what they give up; and this again, before the next one starts. */
void nonblock_note(void);
void nonblock_restore(void);

/* May a generation beside the one that serves accept? */
bool nonblock_shared(void);

/* When only one generation still accepts: the flag becomes what that one believes. */
void nonblock_step(void);

#endif
