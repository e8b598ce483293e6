/* SPDX-License-Identifier: ISC */
/*
 * What the kernel has counted of a TCP connection since it was made: whoever read or wrote, in
 * whatever way.  The shim and the supervisor both ask, neither takes the other's word.
 */
#ifndef GRACE_PROTOCOL_TCP_COUNTS_H
#define GRACE_PROTOCOL_TCP_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_counts {
    uint64_t received; /* bytes, and one for the client's end */
    uint64_t unread;   /* of these */
    uint64_t sent;     /* that the process has written */
    bool waits;        /* some of these have not left yet */
    bool established;  /* neither side has ended it */
};

/* False: no TCP, or the kernel does not say (before Linux 4.19, in a sandbox). Keeps errno. */
bool tcp_counts(int fd, struct tcp_counts *c);

/* Has nobody touched it: everything that has come is still unread, and nothing was sent?  Then
 * whoever gets it now begins where whoever accepted it would have begun. */
static inline bool tcp_counts_untouched(const struct tcp_counts *c)
{
    return c->established && c->received == c->unread && c->sent == 0;
}

#endif
