/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/connections.h"

#include "supervisor/kernel/holders.h"
#include "supervisor/kernel/socktab.h"

#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTS_MAX = 8, /* more ports: read the whole table, not once for each */
    /* TCP_SYN_RECV: accepted by TCP fast open.  Requests have a state of their own. */
    CONNECTED = 0xfff & ~(1 << TCP_LISTEN | 1 << TCP_TIME_WAIT),
    NOBODY = -1,  /* pid: no owner found yet */
    FOREIGN = -2, /* pid: belongs to somebody else */
};

struct search {
    const struct kernel_listener *l;
    size_t nl;
    const struct tree *tree;
    struct kernel_connection *conn;
    size_t n, room, left; /* left: still NOBODY's */
    pid_t holder;         /* who gets what is found; 0: not judged yet */
    unsigned most, his;   /* how many that is at most, 0: any; and has been */
    bool blind;           /* a process of interest could not be looked into */
    int err;
};

static uint16_t listener_port(const struct kernel_listener *l)
{
    if (l->family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&l->addr)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)&l->addr)->sin6_port);
}

static bool listener_connects(const struct kernel_listener *l, bool local)
{
    bool inet = l->family == AF_INET || l->family == AF_INET6;
    return (l->type == SOCK_STREAM || l->type == SOCK_SEQPACKET) &&
           (local ? l->family == AF_UNIX : inet);
}

static bool inet_match(const struct kernel_listener *l, const struct socktab_row *row)
{
    static const uint8_t any[16] = {0}, any4[16] = {[10] = 0xff, [11] = 0xff};
    const struct sockaddr_in *v4 = (const void *)&l->addr;
    const struct sockaddr_in6 *v6 = (const void *)&l->addr;
    uint8_t addr[16];

    if (!listener_connects(l, false) || listener_port(l) != row->port)
        return false;
    socktab_address(addr, l->family,
                    l->family == AF_INET ? (const void *)&v4->sin_addr
                                         : (const void *)&v6->sin6_addr);
    if (memcmp(addr, any, 16) == 0)
        return true;
    /* 0.0.0.0 takes all of IPv4, nothing else */
    return memcmp(addr, row->addr, memcmp(addr, any4, 16) == 0 ? 12 : 16) == 0;
}

/* Length of a name without the zero byte that ends a path. */
static size_t name_length(const char *name, size_t len)
{
    return len && name[0] ? strnlen(name, len) : len;
}

static bool unix_match(const struct kernel_listener *l, const struct socktab_row *row)
{
    const char *name = ((const struct sockaddr_un *)&l->addr)->sun_path;
    size_t base = offsetof(struct sockaddr_un, sun_path);
    size_t len = name_length(name, l->len > base ? l->len - base : 0);

    if (!listener_connects(l, true) || l->type != row->type || !len ||
        len != name_length(row->name, row->name_len))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((name[i] ? name[i] : '@') != (row->name[i] ? row->name[i] : '@'))
            return false; /* '@': /proc/net/unix shows no zero bytes */
    return true;
}

static bool row_match(const struct search *s, const struct socktab_row *row)
{
    for (size_t i = 0; row->inode && i < s->nl; i++)
        if (row->family == AF_UNIX ? unix_match(&s->l[i], row) : inet_match(&s->l[i], row))
            return true;
    return false;
}

static void conn_add(void *arg, const struct socktab_row *row)
{
    struct search *s = arg;

    if (!row_match(s, row))
        return;
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 32;
        struct kernel_connection *p = realloc(s->conn, room * sizeof *p);
        if (!p) {
            s->err = -ENOMEM;
            return;
        }
        s->conn = p;
        s->room = room;
    }
    struct kernel_connection *c = &s->conn[s->n++];
    *c = (struct kernel_connection){.inode = row->inode,
                                    .pid = NOBODY,
                                    .family = (uint16_t)row->family,
                                    .port = row->port,
                                    .peer_port = row->peer_port,
                                    .peer_inode = row->peer_inode};
    memcpy(c->peer, row->peer, sizeof c->peer);
}

static int by_inode(const void *a, const void *b)
{
    unsigned long x = ((const struct kernel_connection *)a)->inode;
    unsigned long y = ((const struct kernel_connection *)b)->inode;
    return (x > y) - (x < y);
}

static struct kernel_connection *conn_find(const struct search *s, unsigned long inode)
{
    struct kernel_connection key = {.inode = inode};
    return s->n ? bsearch(&key, s->conn, s->n, sizeof key, by_inode) : NULL;
}

/* The port of listener i if no listener before it has the same, else 0. */
static uint16_t new_port(const struct search *s, size_t i)
{
    if (!listener_connects(&s->l[i], false))
        return 0;
    for (size_t j = 0; j < i; j++)
        if (listener_connects(&s->l[j], false) &&
            listener_port(&s->l[j]) == listener_port(&s->l[i]))
            return 0;
    return listener_port(&s->l[i]);
}

static int read_inet(struct search *s, int family, socktab_fn *fn)
{
    struct socktab_query q = {.family = family, .protocol = IPPROTO_TCP, .states = CONNECTED};
    size_t ports = 0;
    int err = 0;

    for (size_t i = 0; i < s->nl; i++)
        ports += new_port(s, i) != 0;
    if (ports > PORTS_MAX)
        return socktab_read(&q, fn, s);
    for (size_t i = 0; i < s->nl && !err; i++)
        if ((q.port = new_port(s, i)))
            err = socktab_read(&q, fn, s);
    return err;
}

/* Calls fn for a superset of the connections of all listeners. */
static int read_tables(struct search *s, socktab_fn *fn)
{
    struct socktab_query q = {.family = AF_UNIX, .states = 1 << TCP_ESTABLISHED};
    bool local = false, v4 = false, v6 = false;

    for (size_t i = 0; i < s->nl; i++) {
        local |= listener_connects(&s->l[i], true);
        v6 |= listener_connects(&s->l[i], false) && s->l[i].family == AF_INET6;
        v4 |= listener_connects(&s->l[i], false); /* IPV6_ADDRFORM makes IPv4 of IPv6 */
    }
    int err = local ? socktab_read(&q, fn, s) : 0;
    if (!err && v4)
        err = read_inet(s, AF_INET, fn);
    if (!err && v6)
        err = read_inet(s, AF_INET6, fn);
    return err ? err : s->err;
}

static void conn_sort(struct search *s)
{
    size_t n = 0;

    if (s->n)
        qsort(s->conn, s->n, sizeof *s->conn, by_inode);
    for (size_t i = 0; i < s->n; i++)
        if (n == 0 || s->conn[n - 1].inode != s->conn[i].inode)
            s->conn[n++] = s->conn[i];
    s->n = s->left = n;
}

static bool conn_held(void *arg, const struct procfs_socket *socket)
{
    struct search *s = arg;
    struct kernel_connection *c = conn_find(s, socket->inode);

    if (!c || c->pid != NOBODY)
        return true;
    if (!s->holder) /* forked after the scan of the tree? */
        s->holder = tree_kin(s->tree, socket->pid) == TREE_MEMBER ? socket->pid : FOREIGN;
    c->pid = s->holder;
    c->fd = socket->fd;
    return --s->left > 0 && ++s->his != s->most;
}

static void search_process(void *arg, pid_t pid)
{
    struct search *s = arg;

    if (!s->left || s->err)
        return;
    s->holder = tree_has(s->tree, pid) ? pid : 0;
    s->his = 0;
    int err = procfs_sockets(pid, conn_held, s);
    if (err == -EACCES || err == -EPERM)
        s->blind |= tree_kin(s->tree, pid) != TREE_OTHER;
    else if (err && err != -ESRCH)
        s->err = err;
}

static void search_members(struct search *s)
{
    for (size_t i = 0; i < s->tree->n; i++)
        search_process(s, s->tree->proc[i].pid);
    s->blind |= !procfs_usable();
}

/* What nobody has is in flight, if it is there still. */
static void conn_seen(void *arg, const struct socktab_row *row)
{
    struct kernel_connection *c = conn_find(arg, row->inode);
    if (c && c->pid == NOBODY)
        c->pid = 0;
}

/* While one looks clients come and go. */
static void drop_closed(struct search *s)
{
    s->err = read_tables(s, conn_seen);
    for (size_t i = 0; i < s->n; i++)
        if (s->conn[i].pid == 0) {
            s->conn[i].pid = NOBODY;
        } else if (s->conn[i].pid == NOBODY) {
            s->conn[i].pid = FOREIGN;
            s->left--;
        }
}

static void search_all(struct search *s)
{
    struct procfs_dir dir;
    int pid;

    s->err = procfs_open(&dir, "/proc");
    while (s->left && !s->err && (pid = procfs_next(&dir)) > 0)
        if (!tree_has(s->tree, pid) && !tree_ignores(s->tree, pid))
            search_process(s, pid);
    procfs_close(&dir);
}

/* Members first; then the other generations, which have most of the rest; then those of both that
 * were born since; and only if somebody else must have one, everybody. */
static void search_everybody(struct search *s)
{
    search_members(s);
    for (size_t i = 0; i < s->tree->nother; i++)
        search_process(s, s->tree->other[i].pid);
    if (!procfs_usable())
        return;
    if (s->left && !s->err)
        drop_closed(s);
    if (s->left && !s->err)
        s->err = tree_below(s->tree->supervisor.pid, search_process, s);
    if (s->left && !s->err)
        search_all(s);
    if (s->left && !s->err && !s->blind)
        s->err = read_tables(s, conn_seen);
}

static void keep_found(struct search *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        if (s->conn[i].pid >= 0)
            s->conn[n++] = s->conn[i];
    s->n = n;
}

static int search_run(struct search *s, void (*find)(struct search *s),
                      struct kernel_connection **out, size_t *n)
{
    s->err = read_tables(s, conn_add);
    conn_sort(s);
    if (!s->err && s->n)
        find(s);
    if (!s->err && s->left && s->blind)
        s->err = -EACCES;
    keep_found(s);
    if (s->err && s->err != -EACCES)
        s->n = 0;
    if (s->n == 0) {
        free(s->conn);
        s->conn = NULL;
    }
    *out = s->conn;
    *n = s->n;
    return s->err;
}

int kernel_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                       struct kernel_connection **out, size_t *n)
{
    return search_run(&(struct search){.l = l, .nl = nl, .tree = t}, search_everybody, out, n);
}

int kernel_held_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                            struct kernel_connection **out, size_t *n)
{
    return search_run(&(struct search){.l = l, .nl = nl, .tree = t}, search_members, out, n);
}

int kernel_some_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                            struct kernel_connection **out, size_t *n)
{
    struct search s = {.l = l, .nl = nl, .tree = t, .most = KERNEL_SOME};

    return search_run(&s, search_members, out, n);
}

size_t kernel_drop_internal(struct kernel_connection *conn, size_t *n, const struct tree *t)
{
    size_t local = 0, kept = 0, all = *n;
    struct holders h = {0};

    for (size_t i = 0; i < all; i++)
        local += conn[i].peer_inode != 0;
    if (local > 0)
        holders_read(&h, t);
    for (size_t i = 0; i < all; i++)
        if (conn[i].pid == 0 || holders_find(&h, conn[i].peer_inode) == 0)
            conn[kept++] = conn[i];
    holders_free(&h);
    *n = kept;
    return all - kept;
}

const char *kernel_peer(const struct kernel_connection *c, char buf[KERNEL_PEER])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool v4 = memcmp(c->peer, mapped, 12) == 0;
    char addr[INET6_ADDRSTRLEN];

    if (c->family == AF_UNIX)
        return strcpy(buf, "unix");
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? c->peer + 12 : c->peer, addr, sizeof addr);
    snprintf(buf, KERNEL_PEER, v4 ? "%s:%u" : "[%s]:%u", addr, c->peer_port);
    return buf;
}
