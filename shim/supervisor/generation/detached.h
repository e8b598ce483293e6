/* SPDX-License-Identifier: ISC */
/*
 * A server starts what is no part of it: services of the machine (epmd, an agent) that go to the
 * background and are used by others as well.  They are neither restarted nor ended with it, and who
 * is connected to them keeps no generation.
 *
 * Detached are sessions of their own whose processes do not descend from the main process any more,
 * while that lives.  They can also be a part of the server: a start script sends services to the
 * background, and executes the last one.  What tells is what they do.  One is only started that
 *   - has no shim, or is a bystander (process/bystander.h), and no client's connection;
 *   - or has a connection that lasts: of the server, which it had opened when it began to serve,
 *     thus for itself and not for a client; or of anybody else, by a path;
 *   - or listens at nothing but paths that one user alone gets to (an agent, tmux);
 *   - or was executed when the server served already.
 * In all of them nobody else may have its listeners, and the server has some of its own.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_DETACHED_H
#define GRACE_SUPERVISOR_GENERATION_DETACHED_H

#include "supervisor/generation/generation.h"

/* g is ready: which connections last?  Those are noted now, when it has begun to listen
 * (generation_keep()), and in the next ten seconds. */
void detached_note(struct generation *g);
void detached_step(int64_t now);

/* When another look may tell what g has only started; 0: there is nothing to wait for. */
int64_t detached_known_at(struct generation *g, int64_t now);

/* Parts from g what it has only started.  Of one that has never served that is what somebody else
 * has a connection to: its next attempt starts all the rest again. */
void detached_part(struct generation *g);

#endif
