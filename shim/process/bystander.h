/* SPDX-License-Identifier: ISC */
/*
 * A bystander is what a server that serves has executed, and serves nothing itself: a hook, a job,
 * or the worker of a guardian that has not bound its address yet.  Nobody can tell these apart
 * before they do something, so each has the shim, and the shim does nothing: it is told nothing, it
 * does not count, the restart signal is its own, and it belongs to the generation by its descent
 * alone, as a program without the shim does.
 *
 * It takes part as soon as it binds or serves a listener.  Not if it has left the server by then,
 * as a daemon does: what is in the background in a session of its own was only started by the
 * server, unless the same command was a part of it before.
 *
 * Who takes part and goes to the background is a part of the server or not: only the supervisor
 * sees all that tells (supervisor/generation/detached).  When it says so in the slot the process
 * leaves: it serves as without us, and so does all that it starts.
 */
#ifndef GRACE_PROCESS_BYSTANDER_H
#define GRACE_PROCESS_BYSTANDER_H

#include <stdbool.h>

#include "process/self.h"

bool bystander_joins(void);
void bystander_note(void);

/* Has it left? Async-signal-safe, keeps errno. */
bool bystander_has_left(void);

/* Something is to be served here: does it belong to the generation? Keeps errno. */
static inline bool bystander_takes_part(void)
{
    if (atomic_load_explicit(&self.bystander, memory_order_relaxed) && !bystander_joins())
        return false;
    if (atomic_load_explicit(&self.command, memory_order_relaxed))
        bystander_note();
    return true;
}

#endif
