/* SPDX-License-Identifier: ISC */
/*
 * Some listener of this process has become something else.  Threads that have nothing to wait for
 * until then sleep on a futex, not in a wait that a signal ends: one that came just before it would
 * be lost.
 */
#ifndef GRACE_LISTENER_CHANGE_H
#define GRACE_LISTENER_CHANGE_H

#include <stdint.h>
#include <time.h>

/* So many there were; read before the descriptor is looked at. */
uint32_t change_count(void);

/* Sleeps until there are more than `seen`. A cancellation point, as the call is that it stands for.
 * 0 or -1 as futex() gives it. */
long change_wait(uint32_t seen, const struct timespec *timeout);

/* There was one: ends change_wait() in all threads. */
void change_tell(void);

#endif
