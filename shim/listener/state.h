/* SPDX-License-Identifier: ISC */
/*
 * What a listener is here: its kind and flags in this process's table of descriptors, and in the
 * page.  Three things are in both.  The table is one load in each accept(), and speaks for this
 * process; the page speaks for the generation, to the supervisor and to processes that inherit.
 *  - Non-blocking, FD_ and LISTENER_NONBLOCK: both are written here only.  Neither is the flag of
 *    the open file, which is shared with other generations while there are any.  The supervisor
 *    keeps what was believed when it forced that flag (its listener.nonblock).
 *  - Waited on, FD_ and LISTENER_WAITED: by listening_waited() only.
 *  - Suspended: see suspend.h.
 */
#ifndef GRACE_LISTENER_STATE_H
#define GRACE_LISTENER_STATE_H

#include <stdbool.h>

#include "process/self.h"
#include "protocol/address.h"

static inline _Atomic uint32_t *state_flags(int index)
{
    return &self.page->listeners[index].flags;
}

/* Listeners that the server believes to be blocking exist here. */
extern bool state_any_blocking;

/* The number is this listener from now on. */
void state_track(int fd, int index, const struct address *a, bool nonblock);

/* Some number of listener `index` was closed. */
void state_closed(int index);

/* The shared flag as it is. */
bool state_has_nonblock(int fd);

/* Outside an overlap the shared flag is the server's; within one only O_NONBLOCK can be forced,
 * for the other generation emulates what its server believes (wait/accept.h). */
void state_apply_nonblock(int fd, bool nonblock);

/* The server changes O_NONBLOCK. */
void state_set_nonblock(int fd, bool on);

/* Its successor serves what this generation had: a worker that binds it again is late. */
bool state_is_given_up(const struct address *a);

/* May there be several sockets with this address? */
bool state_is_member(const struct address *a);

#endif
