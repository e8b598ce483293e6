/* SPDX-License-Identifier: ISC */
/*
 * The threads of this process that sit in accept() on a listener the server believes to be
 * blocking, or in a wait that hides a listener.  A thread that entered the kernel before its
 * listener was replaced stays on the old socket until a signal makes it look the number up again.
 */
#ifndef GRACE_ACCEPTORS_H
#define GRACE_ACCEPTORS_H

#include <stdbool.h>

/* Enters the calling thread; the ticket leaves it again. */
int acceptors_enter(bool hides);
void acceptors_leave(int ticket);

/* Signals each of them. */
void acceptors_kick(void);

/* Is one of them in a wait that hides something? */
bool acceptors_hide(void);

/* A fork child has only the thread that called fork. */
void acceptors_reset(void);

#endif
