/* SPDX-License-Identifier: ISC */
/* What the processes of a generation say: listeners they made, listeners they want, notes. */
#ifndef GRACE_SUPERVISOR_FRONT_MESSAGES_H
#define GRACE_SUPERVISOR_FRONT_MESSAGES_H

#include "supervisor/state/generation.h"

/* Handles what waits on g's control socket, or the first of much. */
void messages_read(struct generation *g);

/* Keeps fd, which is ours from now on, as the listener of this index, that `pid` has made. False:
 * it was there already, or can't be kept, which is said. */
bool messages_take(struct generation *g, unsigned index, int fd, pid_t pid);

/* The doorbell rang. Restart requests of the server's processes are passed on. */
void messages_bell(struct generation *g);

/* Listeners that the serving generation closed: released when nobody has them after --settle. */
void messages_step(int64_t now);

#endif
