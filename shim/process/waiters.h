/* SPDX-License-Identifier: ISC */
/*
 * The threads of this process that sit in accept() on a listener the server believes to be
 * blocking, or in a wait that hides a listener.  A thread that entered the kernel before its
 * listener was replaced stays on the old socket until a signal makes it look the number up again.
 */
#ifndef GRACE_PROCESS_WAITERS_H
#define GRACE_PROCESS_WAITERS_H

#include <stdbool.h>

/* Enters the calling thread; the ticket leaves it again. */
int waiters_enter(bool filters);
void waiters_leave(int ticket);

/* Signals each of them. */
void waiters_kick(void);

/* Is one of them in a wait that hides something? */
bool waiters_filter(void);

/* A fork child has only the thread that called fork. */
void waiters_reset(void);

#endif
