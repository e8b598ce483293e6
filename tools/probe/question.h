/* SPDX-License-Identifier: ISC */
/* What a client says: the bytes of a request. */
#ifndef PROBE_QUESTION_H
#define PROBE_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

struct question {
    char *bytes;
    size_t length;
};

/* A request of HTTP/1.1 to `host`, with `headers` (lines that end with CR LF, or ""), which may
 * have a Host of their own; a POST if there is data. With `keep` the connection is to stay. */
struct question question_http(const char *path, const char *host, const char *headers,
                              const char *data, bool keep);

/* Bytes in which \r, \n, \t, \\ and \xHH stand for what they do in C. `bytes` is NULL if there is
 * another escape sequence, or nothing at all. */
struct question question_raw(const char *text);

#endif
