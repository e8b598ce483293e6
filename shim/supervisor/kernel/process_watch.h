/* SPDX-License-Identifier: ISC */
/*
 * The processes that have listeners, each watched once by pidfd: a worker may have hundreds, and
 * the loop waits for all of them by one descriptor.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_PROCESS_WATCH_H
#define GRACE_SUPERVISOR_KERNEL_PROCESS_WATCH_H

#include <sys/types.h>
#include <stdbool.h>

struct process_watch;

/* Watches pid until it is released as often. NULL where that can't be. */
struct process_watch *process_watch_begin(pid_t pid);
void process_watch_end(struct process_watch *o);

pid_t process_watch_pid(const struct process_watch *o);

/* As the last process_watch_look() found it. */
bool process_watch_lives(const struct process_watch *o);

/* What to wait on, or -1; then the look. */
int process_watch_fd(void);
void process_watch_look(void);

#endif
