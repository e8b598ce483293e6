/* SPDX-License-Identifier: ISC */
/*
 * Connections that nobody has touched go from a generation that drains to the one that serves:
 *
 *  1. It begins to drain: each of its listeners whose successor looks into the second queue
 *     (state/accept_queue.h) gets the mark LISTENER_GIVES.  A successor that has said itself that
 *     it is ready (GRACE_READY) may look there a moment later: who drains is told once more then.
 *  2. Its processes are told to drain, and send what they have before they say that they accept no
 *     more (stream/give.h).  What they say is looked at here, then it goes into that queue.
 *  3. All have answered, and none has more to send: the marks go.  When none is sending any more,
 *     and all that was sent has been read, nothing can come.
 *  4. The queues are empty: they are looked into no more, and the overlap, which keeps whoever
 *     sleeps in accept() awake for them, may end.
 *
 * That takes some milliseconds.  A process that goes on saying that it is at it is believed as long
 * as its generation may drain.
 */
#ifndef GRACE_SUPERVISOR_STEP_PASS_H
#define GRACE_SUPERVISOR_STEP_PASS_H

#include "supervisor/generation/generation.h"

/* What a new generation is to do, of ATTENTION_*. */
uint32_t pass_attention(void);

/* g begins to drain. Where nobody serves in its place it has nothing to give. */
void pass_begin(struct generation *g);

/* Process `pid` of g has sent these, accepted from listener `index`; they are ours from now on. */
void pass_receive(struct generation *g, unsigned index, const int *fds, unsigned n, pid_t pid);

/* May somebody be given yet: by this one, or to whoever serves? */
bool pass_is_under_way(const struct generation *g);
bool pass_awaited(void);

/* Is nothing to be received from g for the moment? */
bool pass_is_full(const struct generation *g);

void pass_step(int64_t now);

#endif
