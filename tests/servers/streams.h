/* SPDX-License-Identifier: ISC */
/* A server that writes what its clients tell it to: streams.c. */
#ifndef STREAMS_H
#define STREAMS_H

#include <sys/types.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { STREAM_BUFFER = 256 * 1024 };

struct stream {
    int fd;
    char reading; /* in which way: streams_calls.c */
    FILE *in, *out;
    pthread_t answering; /* another thread, which the next request may wait for */
    size_t have;
    char buffer[STREAM_BUFFER + 1];
};

/* As read(), and behind what is there. */
ssize_t stream_read(struct stream *s, size_t most, int flags);

/* Takes away the first n bytes, which it waits for. */
bool stream_skip(struct stream *s, size_t n);

/* All of it, in this way. */
void stream_write(struct stream *s, char way, const char *data, size_t n);

/* Passes on what comes from either side until both have ended, after what has come already. */
void stream_relay(struct stream *s, int port, char way);

#endif
