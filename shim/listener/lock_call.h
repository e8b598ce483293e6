/* SPDX-License-Identifier: ISC */
/*
 * A call that asks for a lock on a file, by whichever name, while a generation starts beside
 * another one: pid_lock_watches().  It is tried first, also where the caller would wait.  Then it
 * is told that it has got a pid file (pid_lock.h), or which file it was refused is noted
 * (process/refusals.h); and so is that it sleeps for it.
 */
#ifndef GRACE_LISTENER_LOCK_CALL_H
#define GRACE_LISTENER_LOCK_CALL_H

#include <sys/types.h>

/* As flock(), lockf() and fcntl(), which may be asked for anything else as well. */
int lock_call_flock(int fd, int operation);
int lock_call_lockf(int fd, int cmd, off_t size);
int lock_call_fcntl(int fd, int cmd, void *arg);

#endif
