/* SPDX-License-Identifier: ISC */
/*
 * Listeners that this process is deaf to: nothing ever seems to arrive.  The number keeps the real
 * socket, so that getsockname(), setsockopt(), listen() and the answers to datagrams work as ever;
 * epolls watch it for nothing, poll() and select() are not asked for it (filter.h), and the calls
 * that take something from it find it empty.
 *
 * A generation that is held back is deaf to what the one before serves, until the supervisor lets
 * it go.  One that drains is deaf to its datagram sockets for good (receive.h).
 */
#ifndef GRACE_LISTENER_SUSPEND_H
#define GRACE_LISTENER_SUSPEND_H

#include <stdbool.h>

#include "process/fdtab.h"

/* This process may be deaf to something. */
extern bool suspend_any HIDDEN;

static inline bool suspend_applies(int fd)
{
    return fdtab_kind(fd) == FD_SUSPENDED;
}

/* Is the generation held back? */
bool suspend_requested(void);

/* Before a number gets the kind FD_SUSPENDED because of that; and after, for it may have been let
 * go in between. */
void suspend_begin(void);
void suspend_settle(void);

/* While the generation drains.  False: fd is no datagram listener. */
bool suspend_for_good(int fd);

/* Does what the state page asks for: nothing, or hears from now on. Repeated, it wakes threads
 * again that do not know yet. Runs in the handler of the reserved signal, and keeps errno. */
void suspend_resume(void);

/* Is the generation still held back?  Not when its supervisor is dead: nobody would ever let it go,
 * and in sequential mode nobody else serves. */
bool suspend_look(void);

/* A thread that did not know yet does so now. Keeps errno. */
void suspend_waited(void);

/* A process that is new in the generation: it may have been let go meanwhile. */
void suspend_join(void);

#endif
