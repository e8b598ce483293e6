/* SPDX-License-Identifier: ISC */
/*
 * What is known of each connection while its requests and answers are watched (observe.h): which of
 * them have come, whether an answer is to begin now, and whether it is surely the beginning.
 *
 * Nothing was recorded before, so a connection begins in the middle of something that nobody knows.
 * It is followed from the first read() on that begins with a whole request line; one to which
 * nothing has come before, as the kernel counts, from its first byte on.  An answer begins where a
 * request has come, the answers before are complete, and the kernel has counted nothing that was
 * sent since that request was read: so what was written past the hooks (stdio, splice(), another
 * process) shows.  What can't be followed is left alone from then on.
 *
 * One thread at a time: one that finds another at the same connection spoils it for both.
 */
#ifndef GRACE_STREAM_HTTP_H
#define GRACE_STREAM_HTTP_H

#include <sys/uio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/connection_note.h"
#include "stream/framing.h"

struct http {
    struct framing request, response; /* that are under way */
    uint64_t sent;                    /* before the answer that is awaited, as the kernel counts */
    uint64_t hash;                    /* of the head of the request that came last: relay.h */
    uint32_t relays;                  /* relay_unclear() when it began */
    uint32_t epoch;                   /* http_begin() before it */
    const char *rest;                 /* what is owed */
    uint32_t waiting; /* requests without an answer, two bits each, the oldest in the lowest */
    uint8_t requests; /* so many */
    uint8_t state;    /* enum stream_state */
    uint8_t owed;     /* so many bytes more have to be written before the server's: telling.h */
    bool followed;    /* where a request begins is certain */
    bool known;       /* since it was accepted */
    bool counted;     /* `sent` is right */
    bool told;        /* an answer said that it is the last one */
    bool given_up;
};

/* Begins anew for all connections; what was known is forgotten.  Where the generation does not
 * drain the kernel is not asked what it has counted: no answer is certain. False: there is no
 * memory. */
bool http_begin(bool drains);

/* The record of a connection, for the caller alone until http_release(); NULL where there is
 * nothing to look at. */
struct http *http_claim(int fd);
void http_release(struct http *x, int fd);

/* n bytes have come, the first of these pieces; NULL: nobody knows which. */
void http_received(struct http *x, int fd, const struct iovec *pieces, size_t n);

/* An answer is awaited, whose first byte is the next that is written. */
bool http_awaits(const struct http *x);

/* That the next bytes are the answer's first is certain, and no request waits behind it. */
bool http_is_certain(const struct http *x, int fd);

/* Begins to frame that answer. */
void http_answer(const struct http *x, struct framing *f);

/* The first n bytes of these pieces were written; NULL: nobody has seen which. */
void http_sent(struct http *x, const struct iovec *pieces, size_t n);

/* How many answers have come to their end in this process. */
uint32_t http_answers(void);

#endif
