/* SPDX-License-Identifier: ISC */
#include "stream/sent.h"

#include "protocol/tcp_counts.h"

bool sent_bytes(int fd, uint64_t *n)
{
    struct tcp_counts c;

    if (!tcp_counts(fd, &c))
        return false;
    *n = c.sent;
    return true;
}

bool sent_at_once(int fd, uint64_t *n)
{
    struct tcp_counts c;

    if (!tcp_counts(fd, &c) || c.waits)
        return false;
    *n = c.sent;
    return true;
}

/* What comes in between makes it less. */
bool sent_first(int fd, size_t n)
{
    struct tcp_counts c;

    return tcp_counts(fd, &c) && c.received == n + c.unread;
}

bool sent_more(int fd)
{
    struct tcp_counts c;

    return tcp_counts(fd, &c) && c.unread > 0;
}
