/* SPDX-License-Identifier: ISC */
/*
 * Closing and copying descriptors that the table knows: connections are counted, listeners leave
 * their epolls first, the shim's own stay.  Each function does the real call and returns what the
 * kernel said.
 */
#ifndef GRACE_LISTENER_DESCRIPTORS_H
#define GRACE_LISTENER_DESCRIPTORS_H

#include <stdbool.h>

#include "process/fdtab.h"

/* What a number was before the server gave it up. */
struct descriptors_former {
    uint8_t known;
    int index;
};

/* Around any call that closes fd: begin before, end after it has succeeded (or undo). */
struct descriptors_former descriptors_closing(int fd);
void descriptors_closed(struct descriptors_former former);
void descriptors_close_failed(int fd, struct descriptors_former former);

/* close() of a tracked number. */
int descriptors_close(int fd);

/* Closes first..last but not our own. */
int descriptors_close_range(unsigned first, unsigned last, int flags);

/* The number `to` is now a copy of `from`. Returns to. */
int descriptors_copied(int from, int to);

/* dup2/dup3 onto a number. */
enum { DESCRIPTORS_DUP2 = -0x7fffffff - 1 }; /* instead of flags */
int descriptors_duplicate(int from, int to, int flags);

/* Numbers whose close nobody saw are forgotten: one that was given out again, all of them. */
void descriptors_reused(int fd);
void descriptors_verify(void);

#endif
