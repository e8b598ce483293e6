/* SPDX-License-Identifier: ISC */
/*
 * One thread at a time changes what the listeners of this process are (muted, let go) or which
 * epolls they are in.  A signal handler does not wait for its turn; a call of the server that is
 * about to use such a number lets the other thread finish.
 */
#ifndef GRACE_TURN_H
#define GRACE_TURN_H

#include <stdbool.h>

/* False: another thread, or the one that the signal has interrupted, is at it; the supervisor will
 * ask again. */
bool turn_take(void);
void turn_give(void);

/* The same for a call of the server: waits, within reason. Keeps errno. */
bool turn_wait_for(void);

/* Lets the other thread finish, within reason. Keeps errno. */
void turn_wait(void);

/* A fork child has only the thread that called fork. */
void turn_reset(void);

#endif
