/* SPDX-License-Identifier: ISC */
/* What /proc says about a process. */
#ifndef PROC_H
#define PROC_H

#include <sys/types.h>

#include <stdbool.h>

/* The parent, 0 at the top of what can be seen, -1 if there is no such process. */
pid_t proc_parent(pid_t pid);

/* Stopped by a signal or a debugger: it can't answer until it is continued. */
bool proc_stopped(pid_t pid);

#endif
