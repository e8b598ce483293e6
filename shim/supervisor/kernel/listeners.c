/* SPDX-License-Identifier: ISC */
/* What the kernel says about listeners themselves, and whatever else members have. */
#include "supervisor/kernel/connections.h"
#include "supervisor/kernel/holders.h"
#include "supervisor/kernel/socktab.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

pid_t kernel_holds(const struct tree *t, unsigned long inode)
{
    struct holders h;
    int err = holders_read(&h, t);
    pid_t pid = holders_find(&h, inode);

    holders_free(&h);
    return pid ? pid : err;
}

struct clients {
    struct kernel_connection *conn;
    size_t n;
};

static int by_ports(const void *a, const void *b)
{
    const struct kernel_connection *x = a, *y = b;

    if (x->peer_port != y->peer_port)
        return x->peer_port < y->peer_port ? -1 : 1;
    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    return memcmp(x->peer, y->peer, sizeof x->peer);
}

/* A client's socket has our peer's address, and our port as its peer's. */
static void match_client(void *arg, const struct socktab_row *row)
{
    const struct clients *c = arg;
    struct kernel_connection key = {.port = row->peer_port, .peer_port = row->port}, *found;

    memcpy(key.peer, row->addr, sizeof key.peer);
    found = bsearch(&key, c->conn, c->n, sizeof key, by_ports);
    if (found)
        found->peer_inode = row->inode;
}

void kernel_find_clients(struct kernel_connection *conn, size_t n)
{
    struct clients c = {.conn = conn, .n = n};
    struct socktab_query q = {.protocol = IPPROTO_TCP, .states = 1 << TCP_ESTABLISHED};

    if (n == 0)
        return;
    qsort(conn, n, sizeof *conn, by_ports);
    q.family = AF_INET;
    socktab_read(&q, match_client, &c);
    q.family = AF_INET6;
    socktab_read(&q, match_client, &c);
}

struct lookup {
    unsigned long inode;
    uint32_t queue, backlog;
    bool found;
};

static void look_up(void *arg, const struct socktab_row *row)
{
    struct lookup *look = arg;
    if (row->inode != look->inode)
        return;
    look->found = true;
    look->queue = row->queue;
    look->backlog = row->backlog;
}

/* With the socket at hand the answer costs one call. */
static bool queue_of_fd(int fd, unsigned *queue, unsigned *backlog)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
        info.tcpi_state != TCP_LISTEN)
        return false;
    *queue = info.tcpi_unacked;
    *backlog = info.tcpi_sacked;
    return true;
}

int kernel_queue(const struct kernel_listener *l, unsigned *queue, unsigned *backlog)
{
    struct socktab_query q = {.family = l->family, .protocol = IPPROTO_TCP};
    struct lookup look = {.inode = l->inode};

    *queue = *backlog = 0;
    if (l->family != AF_UNIX && l->type == SOCK_STREAM && queue_of_fd(l->fd, queue, backlog))
        return 0;
    if (l->family != AF_UNIX && l->type == SOCK_DGRAM)
        q.protocol = IPPROTO_UDP;
    q.states = l->type == SOCK_DGRAM ? UINT32_MAX : 1 << TCP_LISTEN;
    int err = socktab_read(&q, look_up, &look);
    if (err || !look.found)
        return err ? err : -ENOENT;
    *queue = look.queue;
    *backlog = l->type == SOCK_DGRAM ? 0 : look.backlog;
    return 0;
}

static int read_tcp_and_unix(uint32_t tcp, uint32_t local, socktab_fn *fn, void *arg)
{
    const struct socktab_query queries[] = {
        {.family = AF_INET, .protocol = IPPROTO_TCP, .states = tcp},
        {.family = AF_INET6, .protocol = IPPROTO_TCP, .states = tcp},
        {.family = AF_UNIX, .states = local},
    };
    int err = 0;

    for (size_t i = 0; !err && i < sizeof queries / sizeof queries[0]; i++)
        err = socktab_read(&queries[i], fn, arg);
    return err;
}

struct unseen_listeners {
    struct holders theirs, own;
    kernel_wants *wants; /* NULL: all */
    void *arg;
    struct kernel_unseen *unseen;
    size_t n, most;
};

static bool is_known(const struct unseen_listeners *s, unsigned long inode)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->unseen[i].inode == inode)
            return true;
    return false;
}

static struct kernel_unseen describe(const struct socktab_row *row, pid_t pid)
{
    struct kernel_unseen u = {.pid = pid,
                              .family = row->family,
                              .type = row->state == TCP_LISTEN ? SOCK_STREAM : SOCK_DGRAM,
                              .port = row->port,
                              .inode = row->inode,
                              .cookie = row->cookie};

    if (row->family == AF_UNIX)
        snprintf(u.address, sizeof u.address, "a UNIX socket");
    else
        snprintf(u.address, sizeof u.address, "%sport %u", u.type == SOCK_DGRAM ? "UDP " : "",
                 row->port);
    return u;
}

static void match_listener(void *arg, const struct socktab_row *row)
{
    struct unseen_listeners *s = arg;
    pid_t pid = holders_find(&s->theirs, row->inode);
    struct kernel_unseen unseen;

    if (s->n == s->most || !pid || holders_find(&s->own, row->inode) || is_known(s, row->inode))
        return;
    unseen = describe(row, pid);
    if (!s->wants || s->wants(s->arg, &unseen))
        s->unseen[s->n++] = unseen;
}

/* Who waits for datagrams has no peer. */
static void read_udp(socktab_fn *fn, void *arg)
{
    struct socktab_query q = {.family = AF_INET, .protocol = IPPROTO_UDP, .states = 1 << TCP_CLOSE};

    socktab_read(&q, fn, arg);
    q.family = AF_INET6;
    socktab_read(&q, fn, arg);
}

static size_t find_unseen(struct unseen_listeners *s, const struct tree *t, bool datagrams)
{
    struct procfs_stat self = {.pid = getpid()};

    holders_read(&s->theirs, t);
    holders_read(&s->own, &(struct tree){.proc = &self, .n = 1});
    if (s->theirs.n)
        read_tcp_and_unix(1 << TCP_LISTEN, 1 << TCP_LISTEN, match_listener, s);
    if (s->theirs.n && datagrams)
        read_udp(match_listener, s);
    holders_free(&s->theirs);
    holders_free(&s->own);
    return s->n;
}

size_t kernel_unseen_listeners(const struct tree *t, struct kernel_unseen *unseen, size_t room)
{
    struct unseen_listeners s = {.unseen = unseen, .most = room};

    return find_unseen(&s, t, false);
}

bool kernel_find_unseen(const struct tree *t, kernel_wants *wants, void *arg,
                        struct kernel_unseen *found)
{
    struct unseen_listeners s = {.wants = wants, .arg = arg, .unseen = found, .most = 1};

    return find_unseen(&s, t, true) > 0;
}

struct census {
    struct holders members;
    const struct kernel_listener *l;
    size_t nl;
    bool *seen; /* of l */
    bool any;
};

/* Who connects to a UNIX socket has no name itself. */
static void take_census(void *arg, const struct socktab_row *row)
{
    struct census *c = arg;

    for (size_t i = 0; row->state == TCP_LISTEN && i < c->nl; i++)
        c->seen[i] |= c->l[i].inode == row->inode;
    if (row->state != TCP_LISTEN && row->inode && (row->family != AF_UNIX || row->name_len > 0))
        c->any |= holders_find(&c->members, row->inode) != 0;
}

static bool read_census(struct census *c, const struct tree *t)
{
    return holders_read(&c->members, t) == 0 &&
           read_tcp_and_unix(0xfff & ~(1 << TCP_TIME_WAIT), 1 << TCP_LISTEN | 1 << TCP_ESTABLISHED,
                             take_census, c) == 0;
}

/* Those that have been released stay in the list for their connections. */
static bool sees_all(const struct census *c)
{
    for (size_t i = 0; i < c->nl; i++)
        if (c->l[i].type != SOCK_DGRAM && c->l[i].fd >= 0 && !c->seen[i])
            return false;
    return true;
}

bool kernel_no_connection(const struct kernel_listener *l, size_t nl, const struct tree *t)
{
    struct census c = {.l = l, .nl = nl, .seen = calloc(nl + 1, sizeof *c.seen)};
    bool none = t->n > 0 && c.seen && read_census(&c, t) && !c.any && sees_all(&c);

    free(c.seen);
    holders_free(&c.members);
    return none;
}
