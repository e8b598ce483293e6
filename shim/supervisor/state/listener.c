/* SPDX-License-Identifier: ISC */
#include "supervisor/state/listener.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/accept_queue.h"

struct listener_list listener_list = TAILQ_HEAD_INITIALIZER(listener_list);

static void describe_inet(struct listener *h)
{
    const char *protocol = h->socket.type == SOCK_DGRAM ? "udp" : "tcp";
    const struct sockaddr_in *in = (const struct sockaddr_in *)&h->socket.addr;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&h->socket.addr;
    char text[INET6_ADDRSTRLEN];

    if (h->socket.family == AF_INET)
        snprintf(h->address, sizeof h->address, "%s %s:%u", protocol,
                 inet_ntop(AF_INET, &in->sin_addr, text, sizeof text), ntohs(in->sin_port));
    else
        snprintf(h->address, sizeof h->address, "%s [%s]:%u", protocol,
                 inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text), ntohs(in6->sin6_port));
}

static void describe_unix(struct listener *h)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&h->socket.addr;
    size_t n = h->socket.len - offsetof(struct sockaddr_un, sun_path);

    if (h->socket.len <= offsetof(struct sockaddr_un, sun_path))
        snprintf(h->address, sizeof h->address, "unix (unnamed)");
    else if (un->sun_path[0])
        snprintf(h->address, sizeof h->address, "unix %.*s", (int)n, un->sun_path);
    else
        snprintf(h->address, sizeof h->address, "unix @%.*s", (int)n - 1, un->sun_path + 1);
}

static bool identify(struct listener *h)
{
    struct kernel_listener *s = &h->socket;
    struct stat st;

    s->len = sizeof s->addr;
    if (getsockname(s->fd, (struct sockaddr *)&s->addr, &s->len) < 0 || fstat(s->fd, &st) < 0)
        return false;
    s->type = io_socket_option(s->fd, SO_TYPE);
    h->cookie = io_socket_cookie(s->fd);
    s->family = s->addr.ss_family;
    s->inode = st.st_ino;
    if (s->family == AF_UNIX)
        describe_unix(h);
    else
        describe_inet(h);
    return true;
}

bool listener_serves(int fd)
{
    return io_socket_option(fd, SO_ACCEPTCONN) > 0 || io_socket_option(fd, SO_TYPE) == SOCK_DGRAM;
}

struct listener *listener_add(int fd, uint64_t key)
{
    struct listener *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->socket.fd = fd;
    h->flight = -1;
    h->key = key;
    if (!identify(h)) {
        free(h);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&listener_list, h, link);
    return h;
}

void listener_sent(struct listener *h, int reply)
{
    if (h->flight >= 0)
        close(h->flight);
    h->flight = reply;
}

/* The kernel frees a message after it has put the descriptor into the receiver's table. */
bool listener_in_flight(struct listener *h)
{
    int unread = 0;

    if (h->flight < 0)
        return false;
    if (ioctl(h->flight, SIOCOUTQ, &unread) == 0 && unread > 0)
        return true;
    listener_sent(h, -1);
    return false;
}

static void dismiss(struct listener *h)
{
    process_watch_end(h->witness);
    h->witness = NULL;
}

void listener_witness(struct listener *h, pid_t pid, int fd)
{
    struct process_watch *former = h->witness;

    h->witness = process_watch_begin(pid); /* before the other one ends: it may be the same */
    h->witness_fd = fd;
    process_watch_end(former);
}

static bool has_witness(const struct listener *h)
{
    return h->witness && process_watch_lives(h->witness);
}

bool listener_witness_gone(struct listener *h)
{
    if (!h->witness || has_witness(h))
        return false;
    dismiss(h);
    return true;
}

bool listener_is_held(const struct listener *h)
{
    return has_witness(h) && h->witness_fd >= 0 &&
           procfs_is_socket(process_watch_pid(h->witness), h->witness_fd, h->socket.inode);
}

bool listener_is_members(const struct listener *h)
{
    return has_witness(h) && io_socket_option(h->socket.fd, SO_REUSEPORT) > 0;
}

void listener_release(struct listener *h, unsigned until)
{
    listener_sent(h, -1);
    dismiss(h);
    accept_queue_close(h);
    if (h->leaving && (h->given || h->stored)) /* who keeps it would get nobody any more */
        listener_allow_new(h);
    close(h->socket.fd);
    h->socket.fd = -1;
    h->leaving = true;
    h->until = until;
}

void listener_release_all(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.fd >= 0)
            listener_release(h, UINT_MAX);
}

static void forget_if(bool (*is_useless)(const struct listener *h, const void *arg),
                      const void *arg)
{
    struct listener *h = TAILQ_FIRST(&listener_list), *after;

    for (; h; h = after) {
        after = TAILQ_NEXT(h, link);
        if (h->socket.fd < 0 && is_useless(h, arg)) {
            TAILQ_REMOVE(&listener_list, h, link);
            free(h);
        }
    }
}

static bool is_old(const struct listener *h, const void *oldest)
{
    return h->until < *(const unsigned *)oldest;
}

void listener_collect(unsigned oldest)
{
    forget_if(is_old, &oldest);
}

static bool is_double(const struct listener *h, const void *arg)
{
    const struct listener *later = arg;

    return h != later && h->until <= later->until && h->socket.type == later->socket.type &&
           h->socket.len == later->socket.len &&
           memcmp(&h->socket.addr, &later->socket.addr, h->socket.len) == 0;
}

void listener_replaces(const struct listener *h)
{
    forget_if(is_double, h);
}

bool listener_is_nonblock(const struct listener *h)
{
    int flags = fcntl(h->socket.fd, F_GETFL);

    return flags >= 0 && (flags & O_NONBLOCK);
}

void listener_force_nonblock(struct listener *h, bool on)
{
    int flags = fcntl(h->socket.fd, F_GETFL);

    if (flags >= 0 && ((flags & O_NONBLOCK) != 0) != on)
        fcntl(h->socket.fd, F_SETFL, flags ^ O_NONBLOCK);
}

/* Dropping every packet would also drop the last ACK of a handshake, and that client believes
 * to be connected already: only SYNs. The filter of a TCP socket starts at the TCP header. */
void listener_refuse_new(struct listener *h)
{
    enum { FLAGS_OFFSET = 13, SYN = 0x02 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_OFFSET),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    if (h->socket.family == AF_UNIX || h->socket.type == SOCK_DGRAM)
        return;
    if (setsockopt(h->socket.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
        return; /* then it is closed with what little may still arrive */
}

void listener_allow_new(struct listener *h)
{
    int unused = 0;

    setsockopt(h->socket.fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

static bool is_connected(int fd)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;

    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
}

/* A TCP socket is closed then; one of UNIX says to listen as before. */
bool listener_is_shut(const struct listener *h)
{
    struct pollfd p = {.fd = h->socket.fd, .events = POLLRDHUP};

    if (h->socket.type == SOCK_DGRAM)
        return is_connected(h->socket.fd);
    return h->socket.fd >= 0 && poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLRDHUP));
}

bool listener_has_queue(const struct listener *h)
{
    struct pollfd p = {.fd = h->socket.fd, .events = POLLIN};

    return h->socket.fd >= 0 && poll(&p, 1, 0) > 0 && (p.revents & POLLIN) && !listener_is_shut(h);
}

struct kernel_listener *listener_sockets(size_t *n)
{
    struct kernel_listener *all;
    struct listener *h;
    size_t count = 0;

    TAILQ_FOREACH (h, &listener_list, link)
        count++;
    *n = 0;
    all = calloc(count + 1, sizeof *all);
    if (all)
        TAILQ_FOREACH (h, &listener_list, link)
            all[(*n)++] = h->socket;
    return all;
}
