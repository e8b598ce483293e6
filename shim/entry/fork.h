/* SPDX-License-Identifier: ISC */
/*
 * In the child of a fork, however it was made: it has memory, descriptors and one thread of its
 * own, and joins the generation with a slot of its own.  What a lock, a table of threads or a
 * descriptor was for its parent is undone first; then the child does what its parent may have been
 * told while the fork was under way, for nobody tells it again.
 *
 * fork() is not hooked.  Its child is met by a handler of pthread_atfork(), which also runs for the
 * forks inside daemon() and forkpty() that no hook would see.
 */
#ifndef GRACE_ENTRY_FORK_H
#define GRACE_ENTRY_FORK_H

/* Before it, and in the child: the handlers, also called by the hooks of those calls that run none
 * (_Fork() and system calls by number). */
void fork_prepare(void);
void fork_child(void);

#endif
