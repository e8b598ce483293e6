/* SPDX-License-Identifier: ISC */
#include <time.h>

#include "probe.h"
#include "receiving.h"

/* One at a time, so that a blocking call ends with the first. */
static long call(int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
    struct iovec part = {buffer, n};
    struct mmsghdr message = {
        .msg_hdr = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_name = from, .msg_namelen = len ? *len : 0}};
    long r = recvmmsg(fd, &message, 1, flags, NULL);

    if (r > 0)
        say("%u bytes, flags %#x", message.msg_len, (unsigned)message.msg_hdr.msg_flags);
    return r;
}

PROBE(recvmmsg)
{
    struct timespec wrong = {.tv_nsec = -1};

    TRY(recvmmsg(-1, NULL, 0, 0, NULL));
    TRY(recvmmsg(0, NULL, 0, 0, &wrong));
    receiving_probe(call);
}
