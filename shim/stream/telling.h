/* SPDX-License-Identifier: ISC */
/*
 * "Connection: close" in an answer that the server is just writing: the client comes back on a new
 * connection, which its successor accepts.
 *
 * In a line "Connection: keep-alive" instead of that, else as a line of its own behind the first
 * one.  Only in an answer whose head is written as a whole, and whose beginning is certain
 * (http.h); not in 1xx, nor where the server says it, or closes, anyway.
 *
 * The server is told of its own bytes.  If the kernel takes a part of ours only (a full buffer),
 * the rest is owed, and goes before the next bytes of the server.
 */
#ifndef GRACE_STREAM_TELLING_H
#define GRACE_STREAM_TELLING_H

#include <sys/types.h>
#include <sys/uio.h>
#include <stdbool.h>

#include "stream/http.h"

enum { TELLING_PIECES = 68 /* nginx writes 64 at a time */ };

struct telling {
    const struct iovec *pieces; /* the server's */
    int count;
    size_t at, cut, text; /* of its bytes the `cut` at `at` are replaced by `text` bytes of ours */
    size_t owed;          /* go before all of them */
    bool tells;           /* the answer says that it is the last one */
    struct iovec out[TELLING_PIECES];
    int outs; /* 0: the server's pieces can be written as they are */
};

/* The server is about to write these to fd. */
void telling_begin(struct telling *t, const struct http *x, const struct iovec *pieces, int count);

/* Says it, if an answer begins here. */
void telling_tell(struct telling *t, const struct http *x, int fd);

/* The kernel has said r. Returns what the server is told; errno is set for it. */
ssize_t telling_end(struct telling *t, struct http *x, ssize_t r);

#endif
