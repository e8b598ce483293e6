/* SPDX-License-Identifier: ISC */
#include "stream/sent.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stddef.h>

#include <linux/tcp.h>

#include "libc/real.h"

/* The last member that is read. */
enum { ENOUGH = offsetof(struct tcp_info, tcpi_bytes_retrans) + sizeof(__u64) };

static bool ask(int fd, struct tcp_info *info)
{
    socklen_t len = sizeof *info;
    int saved = errno;
    bool known = getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) == 0 && len >= ENOUGH;

    errno = saved;
    return known;
}

static size_t unread(int fd)
{
    int saved = errno, n = 0;

    if (real.ioctl(fd, FIONREAD, &n) < 0)
        errno = saved;
    return n > 0 ? (size_t)n : 0;
}

static uint64_t sent(const struct tcp_info *info)
{
    return info->tcpi_bytes_sent - info->tcpi_bytes_retrans + info->tcpi_notsent_bytes;
}

bool sent_bytes(int fd, uint64_t *n)
{
    struct tcp_info info;

    if (!ask(fd, &info))
        return false;
    *n = sent(&info);
    return true;
}

bool sent_at_once(int fd, uint64_t *n)
{
    struct tcp_info info;

    if (!ask(fd, &info) || info.tcpi_notsent_bytes > 0)
        return false;
    *n = sent(&info);
    return true;
}

/* What comes in between makes it less. */
bool sent_first(int fd, size_t n)
{
    struct tcp_info info;
    size_t more = unread(fd);

    return ask(fd, &info) && info.tcpi_bytes_received == n + more;
}

bool sent_more(int fd)
{
    return unread(fd) > 0;
}
