/* SPDX-License-Identifier: ISC */
/* A process with one connection, for the tests of shim/stream: what the kernel has counted of it is
 * what the test says. */
#ifndef FAKE_STREAM_H
#define FAKE_STREAM_H

#include "stream/http.h"

enum { CONN = 5 };

extern struct fake_stream {
    uint64_t sent; /* since it was accepted */
    bool counts;   /* the kernel says so */
    bool first;    /* what was read just now is the first that came */
    bool more;     /* something has come and was not read */
} fake_stream;

/* A new connection on its number; the generation drains from now on. What has been sent on it
 * before nobody knows, nor what has come. */
void fake_stream_begin(void);

void fake_stream_read(const char *text);
void fake_stream_write(const char *text); /* seen, and counted */

enum stream_state fake_stream_state(void);

/* The whole answer that is written next would be changed. */
bool fake_stream_certain(void);

#endif
