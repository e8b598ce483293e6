/* SPDX-License-Identifier: ISC */
/*
 * One thread at a time changes what the listeners of this process are (muted, let go), often in a
 * signal handler, so nobody waits for its turn; who is about to use such a number lets it finish.
 */
#ifndef GRACE_TURN_H
#define GRACE_TURN_H

#include <stdbool.h>

/* False: another thread is at it, and the supervisor will ask again. */
bool turn_take(void);
void turn_give(void);

/* Lets the other thread finish, within reason. Keeps errno. */
void turn_wait(void);

/* A fork child has only the thread that called fork. */
void turn_reset(void);

#endif
