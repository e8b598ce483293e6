/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/connections.h"

struct inner {
    struct kernel_connection *conn;
    size_t n;
};

/* Connections have been sorted by their own inode, and there are few. */
static bool mark_inner(void *arg, const struct procfs_socket *socket)
{
    struct inner *s = arg;

    for (size_t i = 0; i < s->n; i++)
        s->conn[i].internal |= s->conn[i].pid > 0 && s->conn[i].peer_inode == socket->inode;
    return true;
}

size_t kernel_drop_internal(struct kernel_connection *conn, size_t *n, const struct tree *t)
{
    struct inner s = {conn, *n};
    size_t local = 0, kept = 0;

    for (size_t i = 0; i < s.n; i++)
        local += conn[i].peer_inode != 0;
    for (size_t i = 0; local > 0 && i < t->n; i++)
        procfs_sockets(t->proc[i].pid, mark_inner, &s);
    for (size_t i = 0; i < s.n; i++)
        if (!conn[i].internal)
            conn[kept++] = conn[i];
    *n = kept;
    return s.n - kept;
}
