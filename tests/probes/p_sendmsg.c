/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "addressing.h"
#include "data_ways.h"
#include "pieces.h"
#include "probe.h"
#include "writing.h"

typedef ssize_t message_call(int fd, const struct msghdr *message, int flags);

static message_call *put;

static ssize_t by_number(int fd, const struct msghdr *message, int flags)
{
    return syscall(SYS_sendmsg, fd, message, flags);
}

static ssize_t to(int fd, const void *data, size_t n, int flags, const void *name, socklen_t len)
{
    struct iovec piece = {(void *)data, n};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_name = (void *)name, .msg_namelen = len};

    return put(fd, &message, flags);
}

static ssize_t some(int fd, const void *data, size_t n, int flags)
{
    return to(fd, data, n, flags, NULL, 0);
}

static ssize_t list(int fd, const struct iovec *pieces, int count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};

    return put(fd, &message, 0);
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static void received(int fd)
{
    union control control;
    char text[8];
    struct iovec piece = {text, sizeof text};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int got = -1;

    if (n > 0 && message.msg_controllen > 0)
        memcpy(&got, CMSG_DATA(&control.header), sizeof got);
    say("received %ld, with %zu bytes", (long)n, message.msg_controllen);
    show_fds();
    close(got);
}

static void with_descriptor(int passed)
{
    struct way way = way_open(WAY_PAIR);
    union control control = {.header = {.cmsg_len = CMSG_LEN(sizeof passed),
                                        .cmsg_level = SOL_SOCKET,
                                        .cmsg_type = SCM_RIGHTS}};
    struct iovec piece = {(char[]){'a'}, 1};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};

    memcpy(CMSG_DATA(&control.header), &passed, sizeof passed);
    TRY_AS("with a descriptor", put(way.to, &message, 0));
    received(way.from);
    control.header.cmsg_len = 1;
    TRY_AS("with less than a header", put(way.to, &message, 0));
    received(way.from);
    message.msg_control = (void *)16;
    TRY_AS("with the first page", put(way.to, &message, 0));
    message.msg_controllen = SIZE_MAX;
    TRY_AS("with too much", put(way.to, &message, 0));
    way_close(&way);
}

static void all(message_call *call, unsigned kind)
{
    struct way way = way_open(WAY_PAIR);

    put = call;
    TRY_AS("no socket", call(STDOUT_FILENO, NULL, 0));
    TRY_AS("nothing", call(way.to, NULL, 0));
    pieces_probe(list, way.to);
    say("arrived: %ld", way_empty(&way));
    way_close(&way);
    with_descriptor(STDIN_FILENO);
    with_descriptor(-1);
    addressing_probe(to);
    writing_probe(some, DATA_HAS_FLAGS | kind);
}

PROBE(sendmsg)
{
    all(sendmsg, DATA_CANCELS);
    say("by number");
    all(by_number, 0);
}
