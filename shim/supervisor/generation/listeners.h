/* SPDX-License-Identifier: ISC */
/*
 * The listeners of a generation. bound[] and known[] are what the supervisor has seen itself: what
 * it was sent and what it has handed out. The flags in the page are what the processes say: they
 * can add to that, and take nothing from it.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_LISTENERS_H
#define GRACE_SUPERVISOR_GENERATION_LISTENERS_H

#include "supervisor/generation/generation.h"

/* Does it serve (or has it bound) this listener? What it only says that it serves counts when
 * generation_confirm() has asked the kernel. */
bool generation_uses(const struct generation *g, const struct listener *h);
void generation_confirm(struct generation *g);

/* Who had it is gone: closed, unless the generation is still about to adopt it (it does not miss
 * the one who bound it for the generation before). */
void generation_left(struct generation *g, const struct listener *h);

/* Has this one it, or may it get it? */
bool generation_has(const struct generation *g, const struct listener *h);

/* Whoever waits until the supervisor has looked who has listener `index` goes on. */
void generation_answer(struct generation *g, unsigned index);

/* g has it no more, and somebody else does. */
void generation_drop(struct generation *g, unsigned index);

/* Offers every listener of the store in its page, which is new; or one; or withdraws it. */
void generation_offer(struct generation *g);
void generation_bind(struct generation *g, unsigned index, struct listener *h, uint32_t known);
void generation_forget(struct listener *h); /* in all generations */

/* A new generation shares the paths of all that it is offered until there is no way back to the one
 * before: should it fail, what it removes at its exit must still be there.  That one shares what
 * the new one (`other`) has taken over as soon as it is ready.  Shared ones are not for g to
 * remove; in the end all that it serves are its own, and the pid file. */
void generation_share_paths(struct generation *g, const struct generation *other);
void generation_own_paths(struct generation *g);

/* Keeps fd, which is ours from now on, as the listener of this index, that `pid` has made. False:
 * it was there already, or can't be kept, which is said. */
bool generation_keep(struct generation *g, unsigned index, int fd, pid_t pid);

/* Of the page, and what is known besides. */
uint32_t generation_flags(const struct generation *g, unsigned index);

/* The key that the page says fd has, as far as the socket bears it out: nothing is known of a path
 * that has been renamed. */
uint64_t generation_key(const struct generation *g, unsigned index, int fd);

/* Listeners in its page: offered, adopted or listening, waited on; unknown are those whose copy has
 * not come yet. */
struct generation_listeners {
    unsigned offered, adopted, used, unknown, waited, missing;
};
struct generation_listeners generation_listeners(const struct generation *g);

/* Does it serve this address, if by another socket (a member of an SO_REUSEPORT group, a path that
 * was bound anew)? */
bool generation_serves(const struct generation *g, const struct listener *h);

/* The addresses it was offered and does not serve: how many, and what there is room for of them. */
unsigned generation_unserved(const struct generation *g, char *text, size_t size);

/* How many ms it took the generation before to bind the last of these. */
int64_t generation_awaited(const struct generation *g);

/* One that nobody waits on and the generation before does, or NULL. */
const struct listener *generation_missing(const struct generation *g);

#endif
