/* SPDX-License-Identifier: ISC */
/*
 * Locked pid files.  A generation that starts asks for the lock that its predecessor has, and is
 * told that it has got it, if the file says that it is a pid file: it names a living process of the
 * generation before.  Locks of anything else are the kernel's to refuse.
 *
 * The predecessor goes on holding the lock, and the new generation takes it in truth when that has
 * ended.  If the new one fails instead, the file names the old process again.
 *
 * The hooks of locks call these with what they were asked for.  All keep errno.
 */
#ifndef GRACE_LISTENER_PID_LOCK_H
#define GRACE_LISTENER_PID_LOCK_H

#include <stdbool.h>

#include "process/claims.h"
#include "process/guest.h"
#include "process/self.h"

/* Is there anything to do but to ask the kernel? */
static inline bool pid_lock_watches(void)
{
    bool any = (self_attention() & (ATTENTION_STARTING | ATTENTION_OVERLAP)) ||
               atomic_load_explicit(&claims_owed, memory_order_relaxed);

    return __builtin_expect(any, 0) && !guest_is_running();
}

/* What is asked for, by flock(), or by fcntl() with this command. */
struct claim pid_lock_of_file(int fd, int operation);
struct claim pid_lock_of_range(int fd, int cmd, const struct flock *range);

/* The kernel has refused it. True: the caller is to be told that it has it. */
bool pid_lock_grant(const struct claim *asked);

/* The kernel has given it, or it was given back. */
void pid_lock_had(const struct claim *asked);
void pid_lock_gave_up(int fd);

/* Somebody has the lock. Is it the predecessor, of whom the caller is not to hear? */
bool pid_lock_hides(int fd);

/* For the handler: takes the locks that have become free meanwhile, and writes this process's
 * number into the files that a generation which has failed has written to. */
void pid_lock_look(void);

#endif
