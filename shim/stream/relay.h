/* SPDX-License-Identifier: ISC */
/*
 * Does this process pass requests on as they are?  Then what comes back is nobody's answer to
 * *this* hop: it may be the inside of a tunnel (CONNECT), or a proxy of plain TCP.  A proxy of HTTP
 * changes the head, be it by the name of a header.
 *
 * Of each request that has come a hash of its head is kept, for the one that is written to another
 * descriptor to be compared with.  It is a table of limited size: what it has no more is unclear,
 * which counts as passed on.
 */
#ifndef GRACE_STREAM_RELAY_H
#define GRACE_STREAM_RELAY_H

#include <sys/uio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RELAY_SEED = 0x811c9dc5 };

/* Of n bytes that follow those of `hash`, RELAY_SEED for the first. */
uint64_t relay_hash(uint64_t hash, const char *data, size_t n);

/* A request with this head has come. */
void relay_note(uint64_t hash);

/* These pieces are about to be written, to whatever descriptor: once they are there, another thread
 * may have the answer before this one goes on. */
void relay_look(const struct iovec *pieces, int count);

/* Was the request surely not passed on? */
bool relay_is_clean(uint64_t hash);

/* Was it surely passed on? */
bool relay_passed_on(uint64_t hash);

/* How often something was passed on that may have been any request. */
uint32_t relay_unclear(void);

#endif
