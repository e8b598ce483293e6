/* SPDX-License-Identifier: ISC */
/*
 * Where HTTP/1 messages begin and end in one direction of a connection.
 *
 * framing_begin(), then framing_feed() with whatever arrives, in pieces of any size: it takes what
 * belongs to one message and stops behind its last byte.  No descriptor, no allocation, no copy of
 * what was read but for a word of 20 bytes.
 *
 * Strict, for a message whose end two parties could see at different places must not be judged at
 * all: bare LF, folded lines, two lengths, a length beside a coding, codings other than "chunked",
 * a tab beside either, space before a colon, control characters, chunk extensions, trailers that
 * speak of the message or the connection, a body of CONNECT, 1xx or 204, a head of more than 1 MB,
 * versions other than 1.0 and 1.1: framing_lost(), and nothing follows that.  What is accepted ends
 * where llhttp sees its end (t_framing_llhttp).  That a 2xx to CONNECT ends with its head, and what
 * follows a 101 is no HTTP, is for the caller to know.
 */
#ifndef GRACE_STREAM_FRAMING_H
#define GRACE_STREAM_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum framing_kind { FRAMING_REQUEST, FRAMING_RESPONSE };

/* What is known of the message. */
enum {
    FRAMING_CLOSE = 1,       /* Connection: close */
    FRAMING_KEEP_ALIVE = 2,  /* Connection: keep-alive */
    FRAMING_UPGRADE = 4,     /* an Upgrade line */
    FRAMING_FRAMED = 8,      /* to websocket or h2c alone, whose frames never look like HTTP/1 */
    FRAMING_LENGTH = 16,     /* Content-Length */
    FRAMING_CHUNKED = 32,    /* Transfer-Encoding: chunked */
    FRAMING_OLD = 64,        /* HTTP/1.0 */
    FRAMING_HEAD = 128,      /* the method is HEAD: no body answers it */
    FRAMING_CONNECT = 256,   /* the method is CONNECT */
    FRAMING_BODILESS = 512,  /* the answer to HEAD */
    FRAMING_HEAD_DONE = 1024 /* all of the lines were read */
};

struct framing {
    uint64_t left;     /* of the body, or of the chunk; the length before */
    uint32_t count;    /* bytes of the message up to the end of its head */
    uint32_t line_end; /* so many of them are its first line */
    uint32_t keep_at;  /* a Connection line is just "keep-alive", which begins here; 0: none is */
    uint16_t flags;
    uint16_t status;
    uint8_t kind, step, next, field, at, length;
    char word[20];
};

/* Bodiless: what is awaited is the answer to HEAD. */
void framing_begin(struct framing *f, enum framing_kind kind, bool bodiless);

/* Returns how many of the n bytes belong to the message. */
size_t framing_feed(struct framing *f, const char *data, size_t n);

/* The same of bytes that nobody has seen (sendfile()): they can only be body, or all is lost. */
size_t framing_skip(struct framing *f, size_t n);

/* No byte of it has come. */
bool framing_at_start(const struct framing *f);
bool framing_done(const struct framing *f);
bool framing_lost(const struct framing *f);

#endif
