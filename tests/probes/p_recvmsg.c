/* SPDX-License-Identifier: ISC */
#include <stddef.h>

#include "probe.h"
#include "receiving.h"

static long call(int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
    struct iovec part = {buffer, n};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_name = from, .msg_namelen = len ? *len : 0};
    long r = recvmsg(fd, &message, flags);

    if (r >= 0)
        say("flags %#x, length of the name %u", (unsigned)message.msg_flags, message.msg_namelen);
    return r;
}

PROBE(recvmsg)
{
    TRY(recvmsg(-1, NULL, 0));
    receiving_probe(call);
}
