/* SPDX-License-Identifier: ISC */
/* What the processes of a generation say, who are not trusted: listeners they made, listeners they
 * want, notes. */
#ifndef GRACE_SUPERVISOR_FRONT_MESSAGES_H
#define GRACE_SUPERVISOR_FRONT_MESSAGES_H

#include "supervisor/generation/generation.h"

/* Handles what waits on g's control socket, or the first of much. */
void messages_read(struct generation *g);

/* Are some left for the next turn? No more, when as many were read as there can be listeners: who
 * sends without end would keep the bell from being read. */
bool messages_left(const struct generation *g);

#endif
