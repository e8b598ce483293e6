/* SPDX-License-Identifier: ISC */
/*
 * Supervisors whose sockets are not in the runtime directory: those of other users, and of services
 * with a file system of their own (systemd's PrivateTmp). For root, who may ask them, the kernel
 * shows which UNIX sockets listen and leads to a process's own root directory.
 *
 * What is found there is what a process says of itself. So it counts for that process alone: the
 * kernel has to confirm that it is the one that listens. Nothing here waits for it.
 */
#ifndef ELSEWHERE_H
#define ELSEWHERE_H

#include <sys/types.h>

#include <stdbool.h>

/* Are those to be listed?  No, where the user has named a directory. */
bool elsewhere_is_shown(void);

/* The pids of processes that have such a socket, in ascending order; free() them. */
size_t elsewhere_list(pid_t **pids);

/* Connects to that of the process. -1 with errno: ENOENT (there is none), ETIMEDOUT (it takes no
 * connection). */
int elsewhere_connect(pid_t pid);

/* The supervisor above this process, itself included, 0: none. Of several the nearest, but what
 * runs as another user than the one above it may be a worker that pretends to be its own
 * supervisor. */
pid_t elsewhere_above(pid_t pid);

#endif
