/* SPDX-License-Identifier: ISC */
#include "supervisor/state/held.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct held_list held_list = TAILQ_HEAD_INITIALIZER(held_list);

static void describe_inet(struct held *h)
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

static void describe_unix(struct held *h)
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

static bool held_identify(struct held *h)
{
    struct kernel_listener *s = &h->socket;
    socklen_t len = sizeof s->type;
    struct stat st;

    s->len = sizeof s->addr;
    if (getsockname(s->fd, (struct sockaddr *)&s->addr, &s->len) < 0 || fstat(s->fd, &st) < 0 ||
        getsockopt(s->fd, SOL_SOCKET, SO_TYPE, &s->type, &len) < 0)
        return false;
    len = sizeof h->cookie;
    getsockopt(s->fd, SOL_SOCKET, SO_COOKIE, &h->cookie, &len);
    s->family = s->addr.ss_family;
    s->inode = st.st_ino;
    if (s->family == AF_UNIX)
        describe_unix(h);
    else
        describe_inet(h);
    return true;
}

struct held *held_add(int fd, uint64_t key)
{
    struct held *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->socket.fd = fd;
    h->flight = -1;
    h->key = key;
    if (!held_identify(h)) {
        free(h);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&held_list, h, link);
    return h;
}

void held_sent(struct held *h, int reply)
{
    if (h->flight >= 0)
        close(h->flight);
    h->flight = reply;
}

/* The kernel frees a message after it has put the descriptor into the receiver's table. */
bool held_in_flight(struct held *h)
{
    int unread = 0;

    if (h->flight < 0)
        return false;
    if (ioctl(h->flight, SIOCOUTQ, &unread) == 0 && unread > 0)
        return true;
    held_sent(h, -1);
    return false;
}

bool held_is_member(const struct held *h)
{
    int on = 0;
    socklen_t len = sizeof on;

    return getsockopt(h->socket.fd, SOL_SOCKET, SO_REUSEPORT, &on, &len) == 0 && on;
}

static void disown(struct held *h)
{
    watch_end(h->owner);
    h->owner = NULL;
}

void held_own(struct held *h, pid_t pid)
{
    disown(h);
    if (held_is_member(h))
        h->owner = watch_begin(pid);
}

bool held_owner_gone(struct held *h)
{
    if (!h->owner || watch_lives(h->owner))
        return false;
    disown(h);
    return true;
}

bool held_is_owned(const struct held *h)
{
    return h->owner && watch_lives(h->owner);
}

void held_release(struct held *h, unsigned until)
{
    held_sent(h, -1);
    disown(h);
    close(h->socket.fd);
    h->socket.fd = -1;
    h->leaving = true;
    h->until = until;
}

void held_release_all(void)
{
    struct held *h;

    TAILQ_FOREACH (h, &held_list, link)
        if (h->socket.fd >= 0)
            held_release(h, UINT_MAX);
}

static void forget_if(bool (*is_useless)(const struct held *h, const void *arg), const void *arg)
{
    struct held *h = TAILQ_FIRST(&held_list), *after;

    for (; h; h = after) {
        after = TAILQ_NEXT(h, link);
        if (h->socket.fd < 0 && is_useless(h, arg)) {
            TAILQ_REMOVE(&held_list, h, link);
            free(h);
        }
    }
}

static bool is_old(const struct held *h, const void *oldest)
{
    return h->until < *(const unsigned *)oldest;
}

void held_collect(unsigned oldest)
{
    forget_if(is_old, &oldest);
}

static bool is_double(const struct held *h, const void *arg)
{
    const struct held *later = arg;

    return h != later && h->until <= later->until && h->socket.type == later->socket.type &&
           h->socket.len == later->socket.len &&
           memcmp(&h->socket.addr, &later->socket.addr, h->socket.len) == 0;
}

void held_replaces(const struct held *h)
{
    forget_if(is_double, h);
}

static size_t held_count(void)
{
    struct held *h;
    size_t n = 0;

    TAILQ_FOREACH (h, &held_list, link)
        n++;
    return n;
}

bool held_is_nonblock(const struct held *h)
{
    int flags = fcntl(h->socket.fd, F_GETFL);

    return flags >= 0 && (flags & O_NONBLOCK);
}

void held_set_nonblock(struct held *h, bool on)
{
    int flags = fcntl(h->socket.fd, F_GETFL);

    if (flags >= 0 && ((flags & O_NONBLOCK) != 0) != on)
        fcntl(h->socket.fd, F_SETFL, flags ^ O_NONBLOCK);
}

/* Dropping every packet would also drop the last ACK of a handshake, and that client believes
 * to be connected already: only SYNs. The filter of a TCP socket starts at the TCP header. */
void held_refuse_new(struct held *h)
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

void held_let_new(struct held *h)
{
    int unused = 0;

    setsockopt(h->socket.fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}

/* A TCP socket is closed then; one of UNIX says to listen as before. */
bool held_is_shut(const struct held *h)
{
    struct pollfd p = {.fd = h->socket.fd, .events = POLLRDHUP};

    return h->socket.fd >= 0 && h->socket.type != SOCK_DGRAM && poll(&p, 1, 0) > 0 &&
           (p.revents & (POLLHUP | POLLRDHUP));
}

bool held_has_queue(const struct held *h)
{
    struct pollfd p = {.fd = h->socket.fd, .events = POLLIN};

    return h->socket.fd >= 0 && poll(&p, 1, 0) > 0 && (p.revents & POLLIN) && !held_is_shut(h);
}

struct kernel_listener *held_sockets(size_t *n)
{
    struct kernel_listener *all = calloc(held_count() + 1, sizeof *all);
    struct held *h;

    *n = 0;
    TAILQ_FOREACH (h, &held_list, link)
        if (all)
            all[(*n)++] = h->socket;
    return all;
}
