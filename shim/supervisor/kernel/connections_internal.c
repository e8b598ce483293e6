/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/connections.h"

#include "supervisor/kernel/holders.h"

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
