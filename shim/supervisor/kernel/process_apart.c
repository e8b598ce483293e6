/* SPDX-License-Identifier: ISC */
/* Sessions that began in a tree and belong to it no more. */
#include "supervisor/kernel/process_tree.h"

#include <stdlib.h>

#include "supervisor/kernel/process_table.h"

bool tree_is_apart(const struct tree *t, const struct procfs_stat *p)
{
    for (size_t i = 0; i < t->napart; i++)
        if (t->apart[i].pid == p->sid)
            return true;
    return false;
}

static const struct procfs_stat *parent_of(const struct tree *t, const struct procfs_stat *p)
{
    return process_table_find(t->proc, t->n, sizeof *t->proc, p->ppid);
}

/* Itself, or one that it descends from: that one may have another session. */
static bool descends(const struct tree *t, const struct procfs_stat *p)
{
    for (size_t i = 0; p && i <= t->n; i++, p = parent_of(t, p))
        if (tree_is_apart(t, p))
            return true;
    return false;
}

/* The list has to be whole while one climbs in it. */
static void drop_members(struct tree *t, bool *goes)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        goes[i] = descends(t, &t->proc[i]);
    for (size_t i = 0; i < t->n; i++)
        if (!goes[i])
            t->proc[n++] = t->proc[i];
    t->n = n;
}

static unsigned long long last_start(const struct tree *t, pid_t sid)
{
    unsigned long long last = 0;

    for (size_t i = 0; i < t->n; i++)
        if (t->proc[i].sid == sid && t->proc[i].start > last)
            last = t->proc[i].start;
    return last;
}

bool tree_part(struct tree *t, pid_t sid)
{
    struct tree_id *apart = reallocarray(t->apart, t->napart + 1, sizeof *apart);
    bool *goes = calloc(t->n + 1, sizeof *goes);

    if (apart)
        t->apart = apart;
    if (apart && goes) {
        apart[t->napart++] = (struct tree_id){.pid = sid, .start = last_start(t, sid)};
        drop_members(t, goes);
    }
    free(goes);
    return apart && goes;
}

/* The kernel keeps the number while the session has a process: one that leads it and is younger
 * leads another. */
static bool is_there(const struct process_table *tab, const struct tree_id *apart)
{
    const struct procfs_stat *leader = process_table_at(tab, apart->pid);

    if (leader && leader->start > apart->start)
        return false;
    for (size_t i = 0; i < tab->n; i++)
        if (tab->proc[i].sid == apart->pid)
            return true;
    return false;
}

void tree_renew_apart(struct tree *t, const struct process_table *tab)
{
    size_t n = 0;

    for (size_t i = 0; i < t->napart; i++)
        if (is_there(tab, &t->apart[i]))
            t->apart[n++] = t->apart[i];
    t->napart = n;
}
