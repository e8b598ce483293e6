/* SPDX-License-Identifier: ISC */
/* Which member of a tree has which socket open. */
#ifndef GRACE_SUPERVISOR_KERNEL_HOLDERS_H
#define GRACE_SUPERVISOR_KERNEL_HOLDERS_H

#include "supervisor/kernel/process_tree.h"

struct holders {
    struct holder {
        unsigned long inode;
        pid_t pid;
        int fd;
        unsigned long long start;
    } * list; /* by inode, then pid */
    size_t n, room;
    unsigned long long start; /* of whose files are just read */
    int err;
};

/* 0, or -errno when one of them can't be asked (-EACCES: we may not look into it); what the others
 * have is there all the same.  holders_free() afterwards. */
int holders_read(struct holders *h, const struct tree *t);
void holders_free(struct holders *h);

/* Of those that have it the one that lives longest, and is likely to go on; NULL: nobody. */
const struct holder *holders_oldest(const struct holders *h, unsigned long inode);

/* All of them: how many, from *first on. */
size_t holders_all(const struct holders *h, unsigned long inode, const struct holder **first);

/* The lowest pid of those that have it; 0: nobody. */
pid_t holders_find(const struct holders *h, unsigned long inode);

#endif
