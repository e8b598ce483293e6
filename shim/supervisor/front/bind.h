/* SPDX-License-Identifier: ISC */
/* bind() of a held address, in a generation that may have the listener: its shim waits. */
#ifndef GRACE_SUPERVISOR_FRONT_BIND_H
#define GRACE_SUPERVISOR_FRONT_BIND_H

#include "supervisor/generation/generation.h"

/* Sends the listener of this index through `reply`, which is ours from now on, to process `pid`; or
 * that it is to be bound anew. */
void bind_answer(struct generation *g, unsigned index, int reply, pid_t pid);

/* The same for its second queue (state/accept_queue.h), if it is to have one. */
void bind_answer_queue(struct generation *g, unsigned index, int reply);

#endif
