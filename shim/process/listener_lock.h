/* SPDX-License-Identifier: ISC */
/*
 * One thread at a time changes what the listeners of this process are (replaced, resumed) or which
 * epolls they are in.  A signal handler does not wait for the lock; a call of the server that is
 * about to use such a number lets the other thread finish.
 */
#ifndef GRACE_PROCESS_LISTENER_LOCK_H
#define GRACE_PROCESS_LISTENER_LOCK_H

#include <stdbool.h>

/* False: another thread, or the one that the signal has interrupted, is at it; the supervisor will
 * ask again. */
bool listener_lock_try(void);
void listener_lock_release(void);

/* The same for a call of the server: waits, within reason. Keeps errno. */
bool listener_lock_take(void);

/* Lets the other thread finish, within reason. Keeps errno. */
void listener_lock_wait(void);

/* A fork child has only the thread that called fork. */
void listener_lock_reset(void);

#endif
