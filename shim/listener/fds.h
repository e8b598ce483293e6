/* SPDX-License-Identifier: ISC */
/*
 * Closing and copying descriptors that the table knows: connections are counted, listeners leave
 * their epolls first, the shim's own stay.  Each function does the real call and returns what the
 * kernel said.
 */
#ifndef GRACE_FDS_H
#define GRACE_FDS_H

#include <stdbool.h>

#include "process/fdtab.h"

/* What a number was before the server gave it up. */
struct fds_former {
    uint8_t known;
    int index;
};

/* Around any call that closes fd: begin before, end after it has succeeded (or undo). */
struct fds_former fds_closing(int fd);
void fds_closed(struct fds_former former);
void fds_close_failed(int fd, struct fds_former former);

/* close() of a tracked number. */
int fds_close(int fd);

/* Closes first..last but not our own. */
int fds_close_range(unsigned first, unsigned last, int flags);

/* The number `to` is now a copy of `from`. Returns to. */
int fds_copied(int from, int to);

/* dup2/dup3 onto a number. */
enum { FDS_DUP2 = -0x7fffffff - 1 }; /* instead of flags */
int fds_duplicate(int from, int to, int flags);

/* Numbers whose close nobody saw are forgotten: one that was given out again, all of them. */
void fds_reused(int fd);
void fds_verify(void);

#endif
