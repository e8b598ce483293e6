/* SPDX-License-Identifier: ISC */
/*
 * What a listener is here: its kind and flags in this process's table of descriptors, and in the
 * page.  Three things are in both.  The table is one load in each accept(), and speaks for this
 * process; the page speaks for the generation, to the supervisor and to processes that inherit.
 *  - Waited on, FD_ and LISTENER_WAITED: written by listening_waited() only.
 *  - Non-blocking: see nonblock.h.  Suspended: see suspend.h.
 *
 * Which one it is: until listen() the key that its bind() made (bound_keys; for a port of 0 and in
 * a group the socket does not tell), from then on its entry in the page: the key, the alias of the
 * path that it was renamed to, and the socket's cookie, by which copies and heirs are known.
 *
 * That it drains: ATTENTION_DRAINING for the generation, by the supervisor; FD_PLACEHOLDER for the
 * number, by replace.h; slot.drained for the process, when none is left, by drain.h.
 */
#ifndef GRACE_LISTENER_STATE_H
#define GRACE_LISTENER_STATE_H

#include <stdbool.h>

#include "process/self.h"
#include "protocol/address.h"

/* The number is this listener from now on. */
void state_track(int fd, int index, const struct address *a, bool nonblock);

/* Its successor serves what this generation had: a worker that binds it again is late. */
bool state_is_given_up(const struct address *a);

/* May there be several sockets with this address? */
bool state_is_member(const struct address *a);

#endif
