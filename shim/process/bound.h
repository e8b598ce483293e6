/* SPDX-License-Identifier: ISC */
/*
 * The keys of the sockets that this process has bound, until they listen or connect: a port of 0,
 * and the number within an SO_REUSEPORT group, can't be recovered from the socket.  A ring; what
 * was bound long ago and never listened is forgotten.
 */
#ifndef GRACE_BOUND_H
#define GRACE_BOUND_H

#include <stdint.h>

void bound_remember(int fd, uint64_t key);

/* 0 for a socket that was not bound here: it came by exec, fork or SCM_RIGHTS. */
uint64_t bound_key(int fd);

/* A number that was bound with this key and is not closed, or -1. */
int bound_fd(uint64_t key);

/* The number is closed. */
void bound_forget(int fd);

#endif
