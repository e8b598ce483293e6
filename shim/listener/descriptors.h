/* SPDX-License-Identifier: ISC */
/*
 * Closing and copying descriptors that the table knows: connections are counted, listeners leave
 * their epolls first, the shim's own stay.  The hooks of descriptors call it for every way to copy
 * or give up a number.  Each function that stands for a call does the real one and returns what the
 * kernel said.
 */
#ifndef GRACE_LISTENER_DESCRIPTORS_H
#define GRACE_LISTENER_DESCRIPTORS_H

#include <stdint.h>

/* What a number was before the server gave it up. */
struct descriptors_former {
    uint8_t known;
    int index;
};

/* Around any call that closes fd: before it, and after it has succeeded. */
struct descriptors_former descriptors_closing(int fd);
void descriptors_closed(struct descriptors_former former);

/* fd is another descriptor by now: `was` was closed where nobody saw it. */
void descriptors_displaced(int fd, uint8_t was);

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
