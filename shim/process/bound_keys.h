/* SPDX-License-Identifier: ISC */
/*
 * The keys of the sockets that this process has bound, by number, until they are closed or connect:
 * a port of 0, and the number within an SO_REUSEPORT group, can't be recovered from the socket.
 * Numbers from 65536 on are not kept: a server opens its listeners before so many others.
 */
#ifndef GRACE_PROCESS_BOUND_KEYS_H
#define GRACE_PROCESS_BOUND_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* local: a UNIX socket, and only such a one is found by bound_keys_fd(). */
void bound_keys_remember(int fd, uint64_t key, bool local);

/* 0 for a socket that was not bound here: it came by exec, fork or SCM_RIGHTS. */
uint64_t bound_keys_get(int fd);

/* A number that was bound with this key and is not closed, or -1. Looks at each number up to
 * the highest that a UNIX socket had when it was bound: each unlink() and rename() may ask. */
int bound_keys_fd(uint64_t key);

/* The number is closed. */
void bound_keys_forget(int fd);

#endif
