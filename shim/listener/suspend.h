/* SPDX-License-Identifier: ISC */
/*
 * Listeners that are suspended: nothing ever seems to arrive.  The number keeps the real socket, so
 * that getsockname(), setsockopt(), listen() and the answers to datagrams work as ever; epolls
 * watch it for nothing, poll() and select() are not asked for it (wait/hide_suspended.h), and the
 * calls that take something from it find it empty.
 *
 * A starting generation suspends what the one before serves, until the supervisor resumes it.  One
 * that drains suspends its datagram sockets for good.
 *
 * Who says so: the supervisor for the generation (ATTENTION_SUSPENDED), the table for each number
 * (FD_SUSPENDED), suspend_any for this process, without a search, and slot.suspended to the
 * supervisor until the last thread knows that it is over.  The last two are written here only.
 */
#ifndef GRACE_LISTENER_SUSPEND_H
#define GRACE_LISTENER_SUSPEND_H

#include <stdbool.h>

#include "process/fdtab.h"

/* Something may be suspended in this process. */
extern bool suspend_any HIDDEN;

static inline bool suspend_applies(int fd)
{
    return fdtab_kind(fd) == FD_SUSPENDED;
}

/* Is the generation suspended? */
bool suspend_requested(void);

/* Before a number gets the kind FD_SUSPENDED because of that; and after, for it may have been
 * resumed in between. */
void suspend_begin(void);
void suspend_settle(void);

/* While the generation drains.  False: fd is no datagram listener. */
bool suspend_for_good(int fd);

/* Does what the state page asks for: nothing, or resumes. Repeated, it wakes threads
 * again that do not know yet. Runs in the handler of the reserved signal, and keeps errno. */
void suspend_resume(void);

/* Is the generation still suspended?  Not when its supervisor is dead: nobody would ever resume it,
 * and in sequential mode nobody else serves. */
bool suspend_look(void);

/* A thread that did not know yet does so now. Keeps errno. */
void suspend_waited(void);

/* A process that is new in the generation: it may have been resumed meanwhile. */
void suspend_join(void);

#endif
