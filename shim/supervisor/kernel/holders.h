/* SPDX-License-Identifier: ISC */
/* Which member of a tree has which socket open. */
#ifndef GRACE_SUPERVISOR_KERNEL_HOLDERS_H
#define GRACE_SUPERVISOR_KERNEL_HOLDERS_H

#include "supervisor/kernel/process_tree.h"

struct holders {
    struct holder {
        unsigned long inode;
        pid_t pid;
    } * list; /* by inode, then pid */
    size_t n, room;
    int err;
};

/* 0, or -errno when one of them can't be asked (-EACCES: we may not look into it); what the others
 * have is there all the same.  holders_free() afterwards. */
int holders_read(struct holders *h, const struct tree *t);
void holders_free(struct holders *h);

/* The lowest pid of those that have it; 0: nobody. */
pid_t holders_find(const struct holders *h, unsigned long inode);

#endif
