/* SPDX-License-Identifier: ISC */
/* What the kernel says about listeners themselves, and whatever else members have. */
#include "supervisor/kernel/connections.h"
#include "supervisor/kernel/socktab.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct hold {
    unsigned long inode;
    bool found;
};

static bool held(void *arg, const struct procfs_socket *s)
{
    struct hold *h = arg;
    h->found |= s->inode == h->inode;
    return !h->found;
}

pid_t kernel_holds(const struct tree *t, unsigned long inode)
{
    struct hold h = {.inode = inode};
    int failed = procfs_usable() ? 0 : -EACCES;

    for (size_t i = 0; i < t->n; i++) {
        int err = procfs_sockets(t->proc[i].pid, held, &h);
        if (h.found)
            return t->proc[i].pid;
        if (err && err != -ESRCH)
            failed = err == -EPERM ? -EACCES : err;
    }
    return failed;
}

struct holds {
    struct kernel_socket *sockets;
    size_t n;
};

static int by_socket(const void *a, const void *b)
{
    unsigned long x = ((const struct kernel_socket *)a)->inode;
    unsigned long y = ((const struct kernel_socket *)b)->inode;
    return (x > y) - (x < y);
}

static bool mark_held(void *arg, const struct procfs_socket *s)
{
    struct holds *h = arg;
    struct kernel_socket key = {.inode = s->inode};
    struct kernel_socket *found = bsearch(&key, h->sockets, h->n, sizeof key, by_socket);

    if (found)
        found->held = true;
    return true;
}

int kernel_held(const struct tree *t, struct kernel_socket *sockets, size_t n)
{
    struct holds h = {.sockets = sockets, .n = n};
    int failed = procfs_usable() ? 0 : -EACCES;

    qsort(sockets, n, sizeof *sockets, by_socket);
    for (size_t i = 0; i < t->n; i++) {
        int err = procfs_sockets(t->proc[i].pid, mark_held, &h);
        if (err && err != -ESRCH)
            failed = err == -EPERM ? -EACCES : err;
    }
    return failed;
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
static int queue_of_fd(int fd, unsigned *queue, unsigned *backlog)
{
    struct tcp_info info;
    socklen_t len = sizeof info;

    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
        return -EINVAL;
    if (info.tcpi_state != TCP_LISTEN)
        return -EINVAL;
    *queue = info.tcpi_unacked;
    *backlog = info.tcpi_sacked;
    return 0;
}

int kernel_queue(const struct kernel_listener *l, unsigned *queue, unsigned *backlog)
{
    struct socktab_query q = {.family = l->family, .protocol = IPPROTO_TCP};
    struct lookup look = {.inode = l->inode};

    *queue = *backlog = 0;
    if (l->family != AF_UNIX && l->type == SOCK_STREAM && queue_of_fd(l->fd, queue, backlog) == 0)
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

struct sockets {
    unsigned long *inode;
    size_t n, room;
};

struct unseen_listeners {
    struct sockets theirs, own;
    struct kernel_unseen *unseen;
    size_t n, most;
};

static int by_number(const void *a, const void *b)
{
    unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
    return (x > y) - (x < y);
}

static bool add_socket(void *arg, const struct procfs_socket *socket)
{
    struct sockets *s = arg;

    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        unsigned long *p = realloc(s->inode, room * sizeof *p);
        if (!p)
            return false;
        s->inode = p;
        s->room = room;
    }
    s->inode[s->n++] = socket->inode;
    return true;
}

static void sort_sockets(struct sockets *s)
{
    if (s->n)
        qsort(s->inode, s->n, sizeof *s->inode, by_number);
}

static bool is_among(const struct sockets *s, unsigned long inode)
{
    return s->n && bsearch(&inode, s->inode, s->n, sizeof *s->inode, by_number);
}

static bool is_known(const struct unseen_listeners *s, unsigned long inode)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->unseen[i].inode == inode)
            return true;
    return false;
}

static void match_listener(void *arg, const struct socktab_row *row)
{
    struct unseen_listeners *s = arg;

    if (s->n == s->most || !is_among(&s->theirs, row->inode) || is_among(&s->own, row->inode) ||
        is_known(s, row->inode))
        return;
    struct kernel_unseen *unseen = &s->unseen[s->n++];
    *unseen = (struct kernel_unseen){.inode = row->inode, .cookie = row->cookie};
    if (row->family == AF_UNIX)
        snprintf(unseen->address, sizeof unseen->address, "a UNIX socket");
    else
        snprintf(unseen->address, sizeof unseen->address, "port %u", row->port);
}

/* What has been closed meanwhile is nobody's. */
static size_t name_holders(const struct tree *t, struct kernel_unseen *unseen, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        unseen[i].pid = kernel_holds(t, unseen[i].inode);
        if (unseen[i].pid > 0)
            unseen[kept++] = unseen[i];
    }
    return kept;
}

size_t kernel_unseen_listeners(const struct tree *t, struct kernel_unseen *unseen, size_t room)
{
    struct socktab_query q = {.protocol = IPPROTO_TCP, .states = 1 << TCP_LISTEN};
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    struct unseen_listeners s = {.unseen = unseen, .most = room};

    for (size_t i = 0; i < t->n; i++)
        procfs_sockets(t->proc[i].pid, add_socket, &s.theirs);
    procfs_sockets(getpid(), add_socket, &s.own);
    sort_sockets(&s.theirs);
    sort_sockets(&s.own);
    for (size_t i = 0; s.theirs.n && i < sizeof families / sizeof families[0]; i++) {
        q.family = families[i];
        socktab_read(&q, match_listener, &s);
    }
    free(s.theirs.inode);
    free(s.own.inode);
    return name_holders(t, unseen, s.n);
}

struct census {
    struct sockets members;
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
    if (row->state != TCP_LISTEN && row->inode && c->members.n &&
        (row->family != AF_UNIX || row->name_len > 0))
        c->any |= bsearch(&row->inode, c->members.inode, c->members.n, sizeof row->inode,
                          by_number) != NULL;
}

static bool read_census(struct census *c, const struct tree *t)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX};
    int err = 0;

    for (size_t i = 0; i < t->n && (err == 0 || err == -ESRCH); i++)
        err = procfs_sockets(t->proc[i].pid, add_socket, &c->members);
    if (err && err != -ESRCH)
        return false;
    if (c->members.n)
        qsort(c->members.inode, c->members.n, sizeof *c->members.inode, by_number);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        struct socktab_query q = {.family = families[i],
                                  .protocol = IPPROTO_TCP,
                                  .states = families[i] == AF_UNIX
                                                ? 1 << TCP_LISTEN | 1 << TCP_ESTABLISHED
                                                : 0xfff & ~(1 << TCP_TIME_WAIT)};
        if (socktab_read(&q, take_census, c))
            return false;
    }
    return true;
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
    free(c.members.inode);
    return none;
}

bool kernel_listens(const struct tree *t, struct kernel_unseen *unseen)
{
    return kernel_unseen_listeners(t, unseen, 1) > 0;
}
