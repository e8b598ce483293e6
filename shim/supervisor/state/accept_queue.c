/* SPDX-License-Identifier: ISC */
#include "supervisor/state/accept_queue.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/state/listener.h"

struct accept_queue {
    int in, out; /* the ends: ours, and the one that is read */
    unsigned n;  /* connections that there was no room for yet */
    int fds[ACCEPT_QUEUE_KEPT];
};

static unsigned kept; /* of all listeners */

static bool has_one(const struct listener *h)
{
    return h->socket.fd >= 0 && h->socket.type == SOCK_STREAM && h->socket.family != AF_UNIX &&
           io_socket_option(h->socket.fd, SO_PROTOCOL) == IPPROTO_TCP;
}

/* For thousands at a time; who may not have that much room gets what the system allows. */
static void widen(int end)
{
    const int room = 8 << 20;

    if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
        setsockopt(end, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
}

static struct accept_queue *make(void)
{
    struct accept_queue *q = calloc(1, sizeof *q);
    int pair[2];

    if (!q || socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        free(q);
        return NULL;
    }
    widen(pair[0]);
    q->in = pair[0];
    q->out = pair[1];
    return q;
}

int accept_queue_end(struct listener *h)
{
    if (!h->queue && has_one(h))
        h->queue = make();
    return h->queue ? h->queue->out : -1;
}

static void copy_option(int from, int to, int level, int name)
{
    char value[sizeof(struct timeval)];
    socklen_t len = sizeof value;

    if (getsockopt(from, level, name, value, &len) == 0)
        setsockopt(to, level, name, value, len);
}

/* What the server before has set on it; O_NONBLOCK who takes it sets as it wants it. */
static void reset_options(const struct listener *h, int fd)
{
    int listener = h->socket.fd;

    copy_option(listener, fd, SOL_SOCKET, SO_RCVTIMEO);
    copy_option(listener, fd, SOL_SOCKET, SO_SNDTIMEO);
    copy_option(listener, fd, SOL_SOCKET, SO_LINGER);
    copy_option(listener, fd, SOL_SOCKET, SO_RCVLOWAT);
    copy_option(listener, fd, IPPROTO_TCP, TCP_CORK);
    fcntl(fd, F_SETFL, 0); /* O_ASYNC, too: it sends a signal */
}

/* 0 or -errno. */
static int send_one(const struct accept_queue *q, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fd)];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd),
                            .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS}};
    char byte = 0;
    struct iovec iov = {&byte, 1};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control.space};

    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(q->in, &hdr, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static bool is_read(const struct accept_queue *q)
{
    int unread = 0;

    return ioctl(q->in, SIOCOUTQ, &unread) < 0 || unread == 0;
}

/* A socket that is full, or more descriptors on their way than our user may have (ETOOMANYREFS):
 * later. */
static void send_kept(struct accept_queue *q)
{
    unsigned n = 0;

    while (n < q->n && send_one(q, q->fds[n]) == 0)
        close(q->fds[n++]);
    q->n -= n;
    kept -= n;
    memmove(q->fds, q->fds + n, q->n * sizeof *q->fds);
}

bool accept_queue_put(struct listener *h, int fd)
{
    struct accept_queue *q = h->queue;

    if (!q || q->n == ACCEPT_QUEUE_KEPT) {
        io_close_socket(fd);
        return false;
    }
    reset_options(h, fd);
    q->fds[q->n++] = fd;
    kept++;
    send_kept(q);
    return true;
}

bool accept_queue_waits(const struct listener *h)
{
    return h->queue && (h->queue->n > 0 || !is_read(h->queue));
}

bool accept_queue_flush(struct listener *h)
{
    if (h->queue && h->queue->n > 0)
        send_kept(h->queue);
    return !accept_queue_waits(h);
}

bool accept_queue_is_full(void)
{
    return kept > ACCEPT_QUEUE_KEPT / 2;
}

void accept_queue_close(struct listener *h)
{
    struct accept_queue *q = h->queue;

    if (!q)
        return;
    for (unsigned i = 0; i < q->n; i++)
        io_close_socket(q->fds[i]);
    kept -= q->n;
    close(q->in);
    close(q->out);
    free(q);
    h->queue = NULL;
}
