/* SPDX-License-Identifier: ISC */
#include "supervisor/front/inbox.h"

#include <sys/socket.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"

static bool wants_fd(uint32_t type)
{
    return type == MESSAGE_LISTEN || type == MESSAGE_ADOPT || type == MESSAGE_PLACEHOLDER;
}

/* What it will be, into *type: what the kernel finds no room for it throws away itself. For our own
 * close() of an alien descriptor would be a leak if it were forgotten, and wait for its file
 * system. */
static bool next_type(int sock, uint32_t *type)
{
    struct message m = {.type = 0};
    bool any = recv(sock, &m, offsetof(struct message, index), MSG_PEEK | MSG_DONTWAIT) >= 0;

    *type = m.type;
    return any;
}

/* False: it has no sender, so it is the end of file and no empty message. */
static bool read_control(struct msghdr *hdr, struct inbox_message *l)
{
    bool any = false;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c; c = CMSG_NXTHDR(hdr, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            memcpy(&l->fd, CMSG_DATA(c), sizeof l->fd);
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred sender;

            memcpy(&sender, CMSG_DATA(c), sizeof sender);
            l->sender = sender.pid;
            any = true;
        }
    }
    return any;
}

/* Nothing but sockets is ever wanted, and of others even fstat() may wait. */
static void check_fd(struct inbox_message *l)
{
    if (l->fd < 0 || io_socket_option(l->fd, SO_TYPE) >= 0)
        return;
    close(l->fd);
    l->fd = -1;
}

int inbox_receive(int sock, struct inbox_message *l)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec iov = {.iov_base = &l->message, .iov_len = sizeof l->message};
    struct msghdr hdr = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control};
    uint32_t type;
    ssize_t got;

    if (!next_type(sock, &type))
        return -errno;
    /* CMSG_LEN: in the padding of CMSG_SPACE there is room for another descriptor */
    hdr.msg_controllen =
        CMSG_SPACE(sizeof(struct ucred)) + (wants_fd(type) ? CMSG_LEN(sizeof(int)) : 0);
    l->fd = -1;
    l->sender = 0;
    do
        got = recvmsg(sock, &hdr, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    if (!read_control(&hdr, l) && got == 0)
        return 0;
    check_fd(l);
    if ((size_t)got == sizeof l->message && l->message.version == MESSAGE_VERSION)
        return 1;
    io_close_socket(l->fd);
    return -EPROTO;
}
