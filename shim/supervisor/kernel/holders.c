/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/holders.h"

#include <errno.h>
#include <stdlib.h>

static int by_socket(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    if (x->inode != y->inode)
        return x->inode < y->inode ? -1 : 1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static bool add(void *arg, const struct procfs_socket *s)
{
    struct holders *h = arg;

    if (h->n == h->room) {
        size_t room = h->room ? h->room * 2 : 64;
        struct holder *p = reallocarray(h->list, room, sizeof *p);
        if (!p) {
            h->err = -ENOMEM;
            return false;
        }
        h->list = p;
        h->room = room;
    }
    h->list[h->n++] = (struct holder){s->inode, s->pid, s->fd, h->start};
    return true;
}

int holders_read(struct holders *h, const struct tree *t)
{
    *h = (struct holders){.err = procfs_usable() ? 0 : -EACCES};
    for (size_t i = 0; i < t->n; i++) {
        h->start = t->proc[i].start;
        int err = procfs_sockets(t->proc[i].pid, add, h);
        if (err && err != -ESRCH)
            h->err = err == -EPERM ? -EACCES : err;
    }
    if (h->n)
        qsort(h->list, h->n, sizeof *h->list, by_socket);
    return h->err;
}

void holders_free(struct holders *h)
{
    free(h->list);
}

static size_t first_of(const struct holders *h, unsigned long inode)
{
    size_t at = 0, end = h->n;

    while (at < end) {
        size_t middle = at + (end - at) / 2;
        if (h->list[middle].inode < inode)
            at = middle + 1;
        else
            end = middle;
    }
    return at;
}

static bool is_of(const struct holders *h, size_t at, unsigned long inode)
{
    return at < h->n && h->list[at].inode == inode;
}

pid_t holders_find(const struct holders *h, unsigned long inode)
{
    size_t at = first_of(h, inode);

    return is_of(h, at, inode) ? h->list[at].pid : 0;
}

size_t holders_all(const struct holders *h, unsigned long inode, const struct holder **first)
{
    size_t at = first_of(h, inode), n = 0;

    *first = h->list + at;
    while (is_of(h, at + n, inode))
        n++;
    return n;
}

const struct holder *holders_oldest(const struct holders *h, unsigned long inode)
{
    const struct holder *oldest = NULL;

    for (size_t at = first_of(h, inode); is_of(h, at, inode); at++)
        if (!oldest || h->list[at].start < oldest->start)
            oldest = &h->list[at];
    return oldest;
}
