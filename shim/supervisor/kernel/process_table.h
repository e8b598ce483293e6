/* SPDX-License-Identifier: ISC */
/* All processes that one scan looks at (process_tree.c). */
#ifndef GRACE_SUPERVISOR_KERNEL_PROCESS_TABLE_H
#define GRACE_SUPERVISOR_KERNEL_PROCESS_TABLE_H

#include "supervisor/kernel/process_tree.h"

struct process_table {
    struct procfs_stat *proc; /* ascending pid */
    size_t n, room;
    unsigned char *kin; /* enum tree_kin, parallel to proc */
    pid_t *claim;       /* leaders whose sessions and groups are ours, ascending */
    size_t nclaim;
    int err;
    bool unsure;   /* see process_tree.h */
    bool walks;    /* there is a /proc that lists children */
    unsigned gone; /* a sum of the numbers of those that were listed and have gone */
};

/* The processes below the supervisor and below the known members, and those that are named; where
 * the kernel has no lists of children, all of /proc; without /proc those that are known or named.
 * 0 or -errno. */
int process_table_read(struct process_table *tab, const struct tree *t,
                       const struct tree_root *roots, size_t nroots, pid_t supervisor);
void process_table_free(struct process_table *tab);

const struct procfs_stat *process_table_at(const struct process_table *tab, pid_t pid);

/* The order of what begins with a pid, and one of those in a list that is so ordered, or NULL. */
int process_table_order(const void *a, const void *b);
const void *process_table_find(const void *list, size_t n, size_t size, pid_t pid);

#endif
