/* SPDX-License-Identifier: ISC */
/* Hooks of what receives datagrams. */
#include <sys/socket.h>

#include "libc/data_path.h"
#include "libc/export.h"
#include "libc/real.h"
#include "wait/receive.h"

struct from_arguments {
    void *buffer;
    size_t n;
    struct sockaddr *from;
    socklen_t *len;
};

static ssize_t call_recvfrom(int fd, const void *arguments, int flags)
{
    const struct from_arguments *a = arguments;

    return real.recvfrom(fd, a->buffer, a->n, flags, a->from, a->len);
}

static __attribute__((noinline)) ssize_t recvfrom_watched(int fd, void *buffer, size_t n, int flags,
                                                          struct sockaddr *from, socklen_t *len)
{
    struct from_arguments a = {buffer, n, from, len};

    return receive_datagram(fd, &a, flags, call_recvfrom);
}

EXPORT ssize_t recvfrom(int fd, void *restrict buffer, size_t n, int flags,
                        struct sockaddr *restrict from, socklen_t *restrict len)
{
    return receive_watched(fd) ? recvfrom_watched(fd, buffer, n, flags, from, len)
                               : data_path.recvfrom(fd, buffer, n, flags, from, len);
}

ssize_t __recvfrom_chk(int fd, void *buffer, size_t n, size_t size, int flags,
                       struct sockaddr *from, socklen_t *len);
EXPORT ssize_t __recvfrom_chk(int fd, void *buffer, size_t n, size_t size, int flags,
                              struct sockaddr *from, socklen_t *len)
{
    return size < n ? real.__recvfrom_chk(fd, buffer, n, size, flags, from, len)
                    : recvfrom(fd, buffer, n, flags, from, len);
}

static ssize_t call_recvmsg(int fd, const void *arguments, int flags)
{
    return real.recvmsg(fd, (struct msghdr *)arguments, flags);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return receive_watched(fd) ? receive_datagram(fd, message, flags, call_recvmsg)
                               : data_path.recvmsg(fd, message, flags);
}

struct mmsg_arguments {
    struct mmsghdr *messages;
    unsigned n;
    struct timespec *timeout;
};

static ssize_t call_recvmmsg(int fd, const void *arguments, int flags)
{
    const struct mmsg_arguments *a = arguments;

    return real.recvmmsg(fd, a->messages, a->n, flags, a->timeout);
}

EXPORT UNGUARDED int recvmmsg(int fd, struct mmsghdr *messages, unsigned n, int flags,
                              struct timespec *timeout)
{
    struct mmsg_arguments a = {messages, n, timeout};

    return receive_watched(fd) ? (int)receive_datagram(fd, &a, flags, call_recvmmsg)
                               : real.recvmmsg(fd, messages, n, flags, timeout);
}
