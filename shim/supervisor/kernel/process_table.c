/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/process_table.h"

#include <errno.h>
#include <stdlib.h>

int process_table_order(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

const void *process_table_find(const void *list, size_t n, size_t size, pid_t pid)
{
    return n ? bsearch(&pid, list, n, size, process_table_order) : NULL;
}

const struct procfs_stat *process_table_at(const struct process_table *tab, pid_t pid)
{
    return process_table_find(tab->proc, tab->n, sizeof *tab->proc, pid);
}

static int process_table_add(struct process_table *tab, const struct procfs_stat *st)
{
    if (tab->n == tab->room) {
        size_t room = tab->room ? tab->room * 2 : 64;
        struct procfs_stat *p = realloc(tab->proc, room * sizeof *p);
        if (!p)
            return -ENOMEM;
        tab->proc = p;
        tab->room = room;
    }
    tab->proc[tab->n++] = *st;
    return 0;
}

/* Gone or hidden from us (hidepid) is no error; to have no fd left is one, for
 * a member that is left out would survive. */
static void take_process(void *arg, pid_t pid)
{
    struct process_table *tab = arg;
    struct procfs_stat st;

    int err = tab->err ? tab->err : procfs_stat(pid, &st);
    if (err == -ESRCH)
        tab->gone = tab->gone * 31 + (unsigned)pid;
    if (err == -ESRCH || err == -EACCES || err == -EPERM)
        return;
    tab->err = err ? err : process_table_add(tab, &st);
}

/* One that was moved to another parent meanwhile may be there twice. */
static void process_table_sort(struct process_table *tab)
{
    size_t n = 0;

    if (tab->n)
        qsort(tab->proc, tab->n, sizeof *tab->proc, process_table_order);
    for (size_t i = 0; i < tab->n; i++)
        if (n == 0 || tab->proc[n - 1].pid != tab->proc[i].pid)
            tab->proc[n++] = tab->proc[i];
    tab->n = n;
}

/* Who is added is walked, too. */
static int walk_from(struct process_table *tab, size_t i)
{
    int err = tab->err;

    for (; tab->walks && !err && i < tab->n; i++) {
        struct procfs_stat parent = tab->proc[i];

        err = procfs_children(&parent, take_process, tab);
        err = err ? err : tab->err;
    }
    return err;
}

static int take_known(struct process_table *tab, pid_t pid)
{
    size_t known = tab->n;

    if (pid <= 0 || process_table_at(tab, pid))
        return 0;
    take_process(tab, pid);
    int err = walk_from(tab, known);
    process_table_sort(tab);
    return err;
}

static int take_named(struct process_table *tab, const struct tree_root *roots, size_t nroots)
{
    for (size_t i = 0; i < nroots; i++)
        if (roots[i].named && roots[i].pid > 0)
            take_process(tab, roots[i].pid);
    process_table_sort(tab);
    return tab->err;
}

/* The known ones, too: the walk may miss one, and those of a foreign tree are elsewhere.  Below one
 * that is only named there may be the whole machine. */
static int walk(struct process_table *tab, const struct tree *t, const struct tree_root *roots,
                size_t nroots, pid_t supervisor)
{
    take_process(tab, supervisor);
    int err = walk_from(tab, 0);
    process_table_sort(tab);
    for (size_t i = 0; !err && i < nroots; i++)
        if (!roots[i].named)
            err = take_known(tab, roots[i].pid);
    for (size_t i = 0; !err && i < t->n; i++)
        err = take_known(tab, t->proc[i].pid);
    return err ? err : take_named(tab, roots, nroots);
}

static int take_all(struct process_table *tab)
{
    struct procfs_dir dir;
    int pid;

    tab->err = procfs_open(&dir, "/proc");
    while (!tab->err && (pid = procfs_next(&dir)) > 0)
        take_process(tab, pid);
    procfs_close(&dir);
    process_table_sort(tab);
    return tab->err;
}

int process_table_read(struct process_table *tab, const struct tree *t,
                       const struct tree_root *roots, size_t nroots, pid_t supervisor)
{
    tab->walks = procfs_usable();
    int err = walk(tab, t, roots, nroots, supervisor);
    if (err == -ENOSYS) {
        tab->n = 0;
        tab->gone = 0;
        err = take_all(tab);
    }
    if (!err)
        tab->kin = calloc(tab->n + 1, sizeof *tab->kin);
    return err || tab->kin ? err : -ENOMEM;
}

void process_table_free(struct process_table *tab)
{
    free(tab->proc);
    free(tab->kin);
    free(tab->claim);
}

int tree_below(pid_t supervisor, void (*found)(void *arg, pid_t pid), void *arg)
{
    const struct tree none = {0};
    struct process_table tab = {0};

    int err = process_table_read(&tab, &none, NULL, 0, supervisor);
    for (size_t i = 0; !err && i < tab.n; i++)
        if (tab.proc[i].pid != supervisor)
            found(arg, tab.proc[i].pid);
    process_table_free(&tab);
    return err;
}
