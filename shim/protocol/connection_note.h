/* SPDX-License-Identifier: ISC */
/*
 * What a process of the server notes of each connection, by its descriptor number: a table in its
 * own memory, whose address stands in its slot of the state page.  The supervisor reads it there to
 * say of a connection that it has to cut how old it is, and why it was not over before.
 *
 * The number's next connection begins with a note of zeros.
 */
#ifndef GRACE_PROTOCOL_CONNECTION_NOTE_H
#define GRACE_PROTOCOL_CONNECTION_NOTE_H

#include <stdatomic.h>
#include <stdint.h>

/* How far its client is with being told that the next answer is the last one. */
enum stream_state {
    STREAM_QUIET,    /* nothing has come since the generation drains */
    STREAM_ASKED,    /* a request has, and waits for its answer */
    STREAM_ANSWERED, /* and was answered; the answer did not say it */
    STREAM_TOLD,     /* an answer said it, or that the server closes by itself */
    STREAM_OPAQUE,   /* what came is no request that begins where HTTP/1 has one */
    STREAM_TUNNEL,   /* after CONNECT, or in another protocol after 101 */
    STREAM_RELAYED,  /* its requests go on to somebody else as they are */
    STREAM_STATES,
    STREAM_STATE = 0xff, /* the bits of it */
    STREAM_SEEN = 0x100, /* that is of the drain; further bits are the process's own */
};

struct connection_note {
    uint32_t accepted; /* seconds of time(), the cheapest clock */
    _Atomic uint32_t stream;
};

#endif
