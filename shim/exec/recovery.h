/* SPDX-License-Identifier: ISC */
/*
 * The supervisor was killed: the restart signal starts a new one.  One process of the generation
 * does it, the keeper (page.keeper): its first one, or the one that stays when that has gone into
 * the background.  The others tell it, for a worker may have given up the rights that a supervisor
 * needs, and with them that to send a signal to its parent: they write to a FIFO, and the kernel
 * sends the restart signal to the keeper, which listens at a descriptor that no other process has
 * (whoever has it could choose another signal).
 *
 * All functions are async-signal-safe.
 */
#ifndef GRACE_EXEC_RECOVERY_H
#define GRACE_EXEC_RECOVERY_H

/* In the constructor and in the child of a fork: what its parent listened at is not its own, and
 * the supervisor may have made it the keeper already. */
void recovery_begin(void);

/* If this process is the keeper it listens: after an exec that failed, and when the supervisor may
 * have made it one. Keeps errno. */
void recovery_join(void);

/* It listens no more: before it executes something else in its place. */
void recovery_release(void);

/* A restart was asked for by a signal to this process: whoever is the keeper gets to know. */
void recovery_request(void);

/* The kernel tells the keeper of such a request. */
void recovery_requested(void);

#endif
