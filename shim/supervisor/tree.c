/* SPDX-License-Identifier: ISC */
#include "tree.h"

#include <errno.h>
#include <stdlib.h>

enum { DEPTH_MAX = 1000 }; /* of a chain of parents: no endless walk if it changes under us */

/* All processes during one scan. */
struct table {
    struct procfs_stat *proc; /* ascending pid */
    unsigned char *kin;       /* enum tree_kin, parallel to proc */
    size_t n, room;
    pid_t *claim; /* leaders whose sessions and groups are ours */
    size_t nclaim;
    pid_t *gone; /* the same, but of children of the supervisor only */
    size_t ngone;
};

static int by_pid(const void *a, const void *b)
{
    pid_t x = ((const struct procfs_stat *)a)->pid, y = ((const struct procfs_stat *)b)->pid;
    return (x > y) - (x < y);
}

static int pid_order(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;
    return (x > y) - (x < y);
}

static struct procfs_stat *find(const struct procfs_stat *proc, size_t n, pid_t pid)
{
    struct procfs_stat key = {.pid = pid};
    return n ? bsearch(&key, proc, n, sizeof *proc, by_pid) : NULL;
}

static bool contains(const pid_t *list, size_t n, pid_t pid)
{
    return n && bsearch(&pid, list, n, sizeof *list, pid_order);
}

static int table_add(struct table *tab, const struct procfs_stat *st)
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
static int table_take(struct table *tab, pid_t pid)
{
    struct procfs_stat st;

    int err = procfs_stat(pid, &st);
    if (err == -ESRCH || err == -EACCES || err == -EPERM)
        return 0;
    return err ? err : table_add(tab, &st);
}

static int table_read(struct table *tab)
{
    struct procfs_dir dir;
    int pid;

    int err = procfs_open(&dir, "/proc");
    if (err)
        return err;
    while (!err && (pid = procfs_next(&dir)) > 0)
        err = table_take(tab, pid);
    procfs_close(&dir);
    if (err)
        return err;
    if (tab->n == 0)
        return -ENOENT;
    qsort(tab->proc, tab->n, sizeof *tab->proc, by_pid);
    tab->kin = calloc(tab->n, sizeof *tab->kin);
    return tab->kin ? 0 : -ENOMEM;
}

static void table_free(struct table *tab)
{
    free(tab->proc);
    free(tab->kin);
    free(tab->claim);
    free(tab->gone);
}

static enum tree_kin table_kin(const struct table *tab, pid_t pid)
{
    const struct procfs_stat *p = find(tab->proc, tab->n, pid);
    return p ? tab->kin[p - tab->proc] : TREE_OTHER;
}

/* A process known to belong, dead or alive. */
static void claim_root(struct table *tab, pid_t pid, unsigned long long start, pid_t supervisor)
{
    if (pid <= 1 || pid == supervisor)
        return;
    const struct procfs_stat *p = find(tab->proc, tab->n, pid);
    if (p && start && p->start != start)
        return; /* reused, so its groups were empty */
    tab->claim[tab->nclaim++] = pid;
    if (p)
        tab->kin[p - tab->proc] = TREE_MEMBER;
}

static void claim_gone(struct table *tab, pid_t pid)
{
    if (pid > 1 && !find(tab->proc, tab->n, pid))
        tab->gone[tab->ngone++] = pid;
}

static int claim_roots(struct table *tab, const struct tree *t, const struct tree_root *roots,
                       size_t nroots, pid_t supervisor)
{
    tab->claim = malloc((nroots + t->n + t->nleader + 1) * sizeof *tab->claim);
    tab->gone = malloc((nroots + 1) * sizeof *tab->gone);
    if (!tab->claim || !tab->gone)
        return -ENOMEM;
    for (size_t i = 0; i < nroots; i++)
        if (roots[i].gone)
            claim_gone(tab, roots[i].pid);
        else
            claim_root(tab, roots[i].pid, roots[i].start, supervisor);
    for (size_t i = 0; i < t->n; i++)
        claim_root(tab, t->proc[i].pid, t->proc[i].start, supervisor);
    for (size_t i = 0; i < t->nleader; i++) {
        pid_t pid = t->leader[i];
        /* The kernel keeps a number from reuse while a session or group has
         * it, so a live process means that ours became empty. */
        if (!find(t->proc, t->n, pid) && !find(tab->proc, tab->n, pid))
            tab->claim[tab->nclaim++] = pid;
    }
    qsort(tab->claim, tab->nclaim, sizeof *tab->claim, pid_order);
    return 0;
}

static bool own_group(const struct procfs_stat *supervisor, pid_t id)
{
    return id == supervisor->pid || id == supervisor->pgid || id == supervisor->sid;
}

/* Is the session or group with this id led by one of ours? */
static bool claimed(const struct table *tab, const struct procfs_stat *supervisor, pid_t id)
{
    if (id <= 1 || own_group(supervisor, id))
        return false;
    return contains(tab->claim, tab->nclaim, id) || table_kin(tab, id) == TREE_MEMBER;
}

static bool was_left(const struct table *tab, const struct procfs_stat *p)
{
    for (size_t i = 0; i < tab->ngone; i++)
        if (tab->gone[i] == p->sid || tab->gone[i] == p->pgid)
            return true;
    return false;
}

static enum tree_kin judge(const struct table *tab, const struct procfs_stat *sv,
                           const struct procfs_stat *p)
{
    if (p->pid == sv->pid || p->pid == 1)
        return TREE_OTHER;
    enum tree_kin kin = table_kin(tab, p->ppid);
    if (kin == TREE_MEMBER || claimed(tab, sv, p->sid) || claimed(tab, sv, p->pgid))
        return TREE_MEMBER;
    if (p->ppid != sv->pid || !sv->pid)
        return kin;
    return was_left(tab, p) ? TREE_MEMBER : TREE_SUPERVISED;
}

/* Until nothing changes: a child's pid may be lower than its parent's. */
static void table_close(struct table *tab, const struct procfs_stat *supervisor)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < tab->n; i++) {
            enum tree_kin kin = tab->kin[i];
            if (kin != TREE_MEMBER)
                kin = judge(tab, supervisor, &tab->proc[i]);
            again |= kin > tab->kin[i];
            if (kin > tab->kin[i])
                tab->kin[i] = (unsigned char)kin;
        }
    }
}

static void add_leader(struct tree *t, const struct table *tab, pid_t id)
{
    for (size_t i = t->nleader; i > 0; i--)
        if (t->leader[i - 1] == id)
            return;
    if (claimed(tab, &t->supervisor, id))
        t->leader[t->nleader++] = id;
}

/* At least one element, for malloc(0) may be NULL. */
static void *array(size_t n, size_t size)
{
    return malloc((n ? n : 1) * size);
}

static int tree_make(struct tree *t, const struct table *tab)
{
    size_t members = 0, others = 0;

    for (size_t i = 0; i < tab->n; i++) {
        members += tab->kin[i] == TREE_MEMBER;
        others += tab->kin[i] == TREE_SUPERVISED;
    }
    t->proc = array(members, sizeof *t->proc);
    t->leader = array(2 * members, sizeof *t->leader);
    t->other = array(others, sizeof *t->other);
    if (!t->proc || !t->leader || !t->other)
        return -ENOMEM;
    for (size_t i = 0; i < tab->n; i++) {
        if (tab->kin[i] == TREE_SUPERVISED)
            t->other[t->nother++] = tab->proc[i].pid;
        if (tab->kin[i] != TREE_MEMBER)
            continue;
        t->proc[t->n++] = tab->proc[i];
        add_leader(t, tab, tab->proc[i].pgid);
        add_leader(t, tab, tab->proc[i].sid);
    }
    qsort(t->leader, t->nleader, sizeof *t->leader, pid_order);
    return 0;
}

int tree_scan(struct tree *t, const struct tree_root *roots, size_t nroots, pid_t supervisor)
{
    struct table tab = {0};
    struct tree new = {0};
    const struct procfs_stat *p;

    int err = table_read(&tab);
    if (err)
        goto out;
    if ((p = find(tab.proc, tab.n, supervisor)))
        new.supervisor = *p;
    err = claim_roots(&tab, t, roots, nroots, supervisor);
    if (err)
        goto out;
    table_close(&tab, &new.supervisor);
    err = tree_make(&new, &tab);
    tree_free(err ? &new : t);
    if (!err)
        *t = new;
out:
    table_free(&tab);
    return err;
}

void tree_free(struct tree *t)
{
    free(t->proc);
    free(t->leader);
    free(t->other);
    *t = (struct tree){0};
}

bool tree_has(const struct tree *t, pid_t pid)
{
    return find(t->proc, t->n, pid);
}

bool tree_ignores(const struct tree *t, pid_t pid)
{
    return contains(t->other, t->nother, pid);
}

static bool our_group(const struct tree *t, pid_t id)
{
    return !own_group(&t->supervisor, id) &&
           (contains(t->leader, t->nleader, id) || tree_has(t, id));
}

enum tree_kin tree_kin(const struct tree *t, pid_t pid)
{
    struct procfs_stat st;

    for (int i = 0; i < DEPTH_MAX && pid > 0; i++, pid = st.ppid) {
        if (pid == t->supervisor.pid)
            return i ? TREE_SUPERVISED : TREE_OTHER;
        if (procfs_stat(pid, &st) < 0)
            break;
        const struct procfs_stat *p = find(t->proc, t->n, pid);
        if ((p && p->start == st.start) || our_group(t, st.pgid) || our_group(t, st.sid))
            return TREE_MEMBER;
    }
    return TREE_OTHER;
}
