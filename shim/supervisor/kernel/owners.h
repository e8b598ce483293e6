/* SPDX-License-Identifier: ISC */
/*
 * The processes that have bound members of SO_REUSEPORT groups, each watched once by pidfd: a
 * worker may have hundreds of members, and the loop waits for all of them by one descriptor.
 */
#ifndef GRACE_OWNERS_H
#define GRACE_OWNERS_H

#include <sys/types.h>
#include <stdbool.h>

struct owner;

/* Watches pid until it is released as often. NULL where that can't be. */
struct owner *owner_watch(pid_t pid);
void owner_release(struct owner *o);

/* As the last owners_look() found it. */
bool owner_lives(const struct owner *o);

/* What to wait on, or -1; then the look. */
int owners_fd(void);
void owners_look(void);

#endif
