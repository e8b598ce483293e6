/* SPDX-License-Identifier: ISC */
/*
 * The threads of this process that are to look again when a listener becomes something else.  Those
 * that sit in accept() on one that the server believes to be blocking, or in a wait that hides one,
 * are entered here: who has entered the kernel before a listener was replaced stays on the old
 * socket until a signal comes.  Those that have nothing to wait for until then sleep on a futex,
 * not in a call that a signal ends: one that came just before it would be lost.
 */
#ifndef GRACE_PROCESS_WAITERS_H
#define GRACE_PROCESS_WAITERS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Enters the calling thread; the ticket leaves it again. */
int waiters_enter(bool hides);
void waiters_leave(int ticket);

/* Is one of them in a wait that hides something? */
bool waiters_any_hides(void);

/* How often they were woken; read before the descriptor is looked at. */
uint32_t waiters_woken(void);

/* Sleeps until that is more than `seen`. A cancellation point, as the call is that it stands for. 0
 * or -1 as futex() gives it. */
long waiters_sleep(uint32_t seen, const struct timespec *timeout);

/* Ends waiters_sleep() in all threads; signals those that are entered as well. */
void waiters_wake(void);
void waiters_kick(void);

/* A fork child has only the thread that called fork. */
void waiters_reset(void);

#endif
