/* SPDX-License-Identifier: ISC */
/*
 * Framing and llhttp on the same bytes.
 *
 * Where framing has read a head, llhttp has, too, and both have read the same of it; what framing
 * takes for a whole message is one for llhttp, and ends at the same byte; where framing waits for
 * more, llhttp does.  What llhttp takes and framing does not is no difference.
 */
#ifndef FRAMING_AGREES_H
#define FRAMING_AGREES_H

#include "stream/framing.h"

/* The n bytes come in pieces: the first one of this length, each other of that. */
struct framing_pieces {
    const char *data;
    size_t n, first, other;
};

/* Begins f, and feeds it; returns how many bytes belong to the message. */
size_t framing_feed_pieces(struct framing *f, enum framing_kind kind, bool bodiless,
                           const struct framing_pieces *pieces);

/* What differs, NULL if nothing does.  *end is the end of the message, 0 if it has none. */
const char *framing_differs(enum framing_kind kind, bool bodiless,
                            const struct framing_pieces *pieces, size_t *end);

/* The same at once, byte by byte and in two pieces, for all messages that follow each other. */
const char *framing_stream_differs(enum framing_kind kind, bool bodiless, const char *data,
                                   size_t n, size_t split);

#endif
