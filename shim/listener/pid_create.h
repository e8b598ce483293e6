/* SPDX-License-Identifier: ISC */
/*
 * Pid files that are created exclusively, or emptied as they are opened.  A generation that starts
 * is told that it has created the file which names its predecessor, and writes into that; if it
 * fails, the file names the old process again.  One that leaves does not empty its successor's.
 */
#ifndef GRACE_LISTENER_PID_CREATE_H
#define GRACE_LISTENER_PID_CREATE_H

#include <sys/types.h>
#include <fcntl.h>
#include <stdbool.h>

#include "process/guest.h"
#include "process/self.h"

/* Is there anything to do but to open it? What serves files asks for the first alone. */
static inline bool pid_create_watches(int flags)
{
    const uint32_t moments = ATTENTION_STARTING | ATTENTION_OVERLAP | ATTENTION_DRAINING;

    return __builtin_expect((flags & (O_EXCL | O_TRUNC)) != 0, 0) && (self_attention() & moments) &&
           !guest_is_running();
}

/* As open(). */
int pid_create_open(const char *path, int flags, mode_t mode);

#endif
