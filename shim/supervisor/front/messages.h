/* SPDX-License-Identifier: ISC */
/* What the processes of a generation say: listeners they made, listeners they want, notes. */
#ifndef GRACE_SUPERVISOR_FRONT_MESSAGES_H
#define GRACE_SUPERVISOR_FRONT_MESSAGES_H

#include "supervisor/state/generation.h"

/* Handles what waits on g's control socket, or the first of much. */
void messages_read(struct generation *g);

/* The doorbell rang. Restart requests of the server's processes are passed on. */
void messages_bell(struct generation *g);

/* Listeners that the serving generation closed: released when nobody has them after --settle. */
void messages_step(int64_t now);

#endif
