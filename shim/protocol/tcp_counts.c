/* SPDX-License-Identifier: ISC */
#include "protocol/tcp_counts.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stddef.h>

#include <linux/tcp.h>

#include "libc/real.h"

/* The last member that is read. */
enum { ENOUGH = offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof(__u64) };

enum { ESTABLISHED = 1 };

/* Asked first: what comes in between makes it less than what was received. */
static uint64_t unread(int fd)
{
    int n = 0;

    return real.ioctl(fd, FIONREAD, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

bool tcp_counts(int fd, struct tcp_counts *c)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    int saved = errno;
    bool known;

    c->unread = unread(fd);
    known = getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && len >= ENOUGH;
    errno = saved;
    if (!known)
        return false;
    c->received = info.tcpi_bytes_received;
    c->sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans + info.tcpi_notsent_bytes;
    c->waits = info.tcpi_notsent_bytes > 0;
    c->established = info.tcpi_state == ESTABLISHED;
    return true;
}
