/* SPDX-License-Identifier: ISC */
#include "protocol/message.h"

#include <sys/socket.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"

enum { SEND_TIMEOUT_MS = 1000 };

union fd_control {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
};

union fds_control {
    struct cmsghdr header;
    char space[CMSG_SPACE(MESSAGE_FDS * sizeof(int))];
};

static int wait_for(int sock, short events, int timeout_ms)
{
    struct pollfd p = {.fd = sock, .events = events};
    int r;

    do
        r = real.poll(&p, 1, timeout_ms);
    while (r < 0 && errno == EINTR);
    return r > 0 ? 0 : r == 0 ? -ETIMEDOUT : -errno;
}

int message_try_all(int sock, const struct message *m, const int *fds, unsigned n)
{
    union fds_control control = {0};
    struct iovec iov = {.iov_base = (void *)(uintptr_t)m, .iov_len = sizeof *m};
    struct msghdr hdr = {.msg_iov = &iov, .msg_iovlen = 1};

    if (n > MESSAGE_FDS)
        return -EINVAL;
    if (n > 0) {
        hdr.msg_control = &control;
        hdr.msg_controllen = CMSG_SPACE(n * sizeof *fds);
        control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(n * sizeof *fds),
                                          .cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), fds, n * sizeof *fds);
    }
    while (sendmsg(sock, &hdr, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int message_try(int sock, const struct message *m, int fd)
{
    return message_try_all(sock, m, &fd, fd >= 0);
}

int message_send(int sock, const struct message *m, int fd)
{
    int r;

    while ((r = message_try(sock, m, fd)) == -EAGAIN) {
        r = wait_for(sock, POLLOUT, SEND_TIMEOUT_MS);
        if (r < 0)
            break;
    }
    return r;
}

static int passed_fd(struct msghdr *hdr)
{
    int fd = -1;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c; c = CMSG_NXTHDR(hdr, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(&fd, CMSG_DATA(c), sizeof fd);
    return fd;
}

int message_receive(int sock, struct message *m, int *fd, int timeout_ms)
{
    union fd_control control;
    struct iovec iov = {.iov_base = m, .iov_len = sizeof *m};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = CMSG_LEN(sizeof *fd)}; /* in _SPACE() there fit two */
    ssize_t got;
    int r = wait_for(sock, POLLIN, timeout_ms);

    *fd = -1;
    if (r < 0)
        return r;
    do
        got = recvmsg(sock, &hdr, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got < 0 ? -errno : 0;
    *fd = passed_fd(&hdr);
    if ((size_t)got == sizeof *m && m->version == MESSAGE_VERSION)
        return 1;
    if (*fd >= 0)
        real.close(*fd);
    *fd = -1;
    return -EPROTO;
}
