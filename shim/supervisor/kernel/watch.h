/* SPDX-License-Identifier: ISC */
/*
 * The processes that have bound members of SO_REUSEPORT groups, each watched once by pidfd: a
 * worker may have hundreds of members, and the loop waits for all of them by one descriptor.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_WATCH_H
#define GRACE_SUPERVISOR_KERNEL_WATCH_H

#include <sys/types.h>
#include <stdbool.h>

struct watch;

/* Watches pid until it is released as often. NULL where that can't be. */
struct watch *watch_begin(pid_t pid);
void watch_end(struct watch *o);

/* As the last watch_look() found it. */
bool watch_lives(const struct watch *o);

/* What to wait on, or -1; then the look. */
int watch_fd(void);
void watch_look(void);

#endif
