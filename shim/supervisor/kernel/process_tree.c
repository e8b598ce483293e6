/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/process_tree.h"

#include <errno.h>
#include <stdlib.h>

#include "supervisor/kernel/process_table.h"

enum {
    DEPTH_MAX = 1000, /* of a chain of parents: no endless walk if it changes under us */
    CLIMBS = 5,       /* a parent that ends meanwhile leaves a chain of others */
};

static bool contains(const pid_t *list, size_t n, pid_t pid)
{
    return process_table_find(list, n, sizeof *list, pid);
}

static const struct tree_id *find_other(const struct tree *t, pid_t pid)
{
    return process_table_find(t->other, t->nother, sizeof *t->other, pid);
}

static enum tree_kin kin_in(const struct process_table *tab, pid_t pid)
{
    const struct procfs_stat *p = process_table_at(tab, pid);
    return p ? tab->kin[p - tab->proc] : TREE_OTHER;
}

/* A process known to belong, dead or alive. */
static void claim_root(struct process_table *tab, pid_t pid, unsigned long long start,
                       pid_t supervisor)
{
    if (pid <= 1 || pid == supervisor)
        return;
    const struct procfs_stat *p = process_table_at(tab, pid);
    if (p && start && p->start != start)
        return; /* reused, so its groups were empty */
    tab->claim[tab->nclaim++] = pid;
    if (p)
        tab->kin[p - tab->proc] = TREE_MEMBER;
}

/* Among children of the supervisor no session or group of others can be.  Elsewhere a number may
 * have come round since the last scan, unless one of ours kept it from that. */
static bool is_anchored(const struct process_table *tab, const struct tree *t, pid_t leader)
{
    if (!t->wide || kin_in(tab, leader) == TREE_MEMBER)
        return true;
    for (size_t i = 0; i < tab->n; i++)
        if (tab->kin[i] == TREE_MEMBER &&
            (tab->proc[i].sid == leader || tab->proc[i].pgid == leader))
            return true;
    return false;
}

static int claim_roots(struct process_table *tab, const struct tree *t,
                       const struct tree_root *roots, size_t nroots, pid_t supervisor)
{
    size_t n = 0;

    tab->claim = malloc((nroots + t->n + t->nleader + 1) * sizeof *tab->claim);
    if (!tab->claim)
        return -ENOMEM;
    for (size_t i = 0; i < nroots; i++)
        if (!roots[i].named)
            claim_root(tab, roots[i].pid, roots[i].start, supervisor);
    for (size_t i = 0; i < t->n; i++)
        claim_root(tab, t->proc[i].pid, t->proc[i].start, supervisor);
    for (size_t i = 0; i < t->nleader; i++) {
        pid_t pid = t->leader[i];
        /* The kernel keeps a number from reuse while a session or group has
         * it, so a live process means that ours became empty. */
        if (!tree_has(t, pid) && !process_table_at(tab, pid))
            tab->claim[tab->nclaim++] = pid;
    }
    for (size_t i = 0; i < tab->nclaim; i++)
        if (is_anchored(tab, t, tab->claim[i]))
            tab->claim[n++] = tab->claim[i];
    tab->nclaim = n;
    qsort(tab->claim, tab->nclaim, sizeof *tab->claim, process_table_order);
    return 0;
}

static bool own_group(const struct procfs_stat *supervisor, pid_t id)
{
    return id == supervisor->pid || id == supervisor->pgid || id == supervisor->sid;
}

/* Is the session or group with this id led by one of ours? */
static bool claimed(const struct process_table *tab, const struct procfs_stat *supervisor, pid_t id)
{
    if (id <= 1 || own_group(supervisor, id))
        return false;
    return contains(tab->claim, tab->nclaim, id) || kin_in(tab, id) == TREE_MEMBER;
}

/* Only of a child of the supervisor the kernel no longer tells whom it descends from. */
static enum tree_kin judge_kin(const struct process_table *tab, const struct tree *t,
                               const struct procfs_stat *p)
{
    const struct procfs_stat *sv = &t->supervisor;

    if (p->pid == sv->pid || p->pid == 1)
        return TREE_OTHER;
    if (tree_is_apart(t, p))
        return TREE_SUPERVISED;
    bool orphan = p->ppid == sv->pid;
    enum tree_kin kin = kin_in(tab, p->ppid);
    if (kin == TREE_MEMBER)
        return kin;
    if ((orphan || t->wide) && (claimed(tab, sv, p->sid) || claimed(tab, sv, p->pgid)))
        return TREE_MEMBER;
    return orphan ? TREE_SUPERVISED : kin;
}

/* Until nothing changes: a child's pid may be lower than its parent's. */
static void close_table(struct process_table *tab, const struct tree *t)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < tab->n; i++) {
            enum tree_kin kin = tab->kin[i];
            if (kin != TREE_MEMBER)
                kin = judge_kin(tab, t, &tab->proc[i]);
            again |= kin > tab->kin[i];
            if (kin > tab->kin[i])
                tab->kin[i] = (unsigned char)kin;
        }
    }
}

static enum tree_hint hint_at(const struct tree *t, const struct procfs_stat *p)
{
    return t->hint ? t->hint(t, p) : TREE_UNNAMED;
}

static bool may_not_look(int err, const struct procfs_stat *p)
{
    return err == -EACCES || err == -EPERM || p->state == '?';
}

/* While one looked at its parent that may have been about to exit. */
static bool was_judged(const struct tree_id *other, const struct procfs_stat *p)
{
    return other && other->orphan && other->start == p->start;
}

/* No parent tells whose it is: its descriptors do.  Who had not the page at the last scan will
 * never have it, if we could look.  1, 0 or -errno. */
static int has_page(const struct tree *t, const struct procfs_stat *p)
{
    const struct tree_id *other = find_other(t, p->pid);
    bool orphan = p->ppid == t->supervisor.pid;
    enum tree_hint hint;

    if (!t->ino || p->pid <= 1 || p->pid == t->supervisor.pid || !(orphan || t->foreign) ||
        tree_is_apart(t, p))
        return false;
    hint = hint_at(t, p);
    if (hint == TREE_TAKEN || hint == TREE_BYSTANDER ||
        (hint == TREE_UNNAMED && was_judged(other, p)))
        return false;
    if (!orphan && !(hint == TREE_NAMED && procfs_same_cgroup(p->pid)))
        return false;
    int has = procfs_has_open(p->pid, t->dev, t->ino);
    if (may_not_look(has, p))
        return orphan && hint == TREE_NAMED;
    return has == -ENOENT || has == -ESRCH ? 0 : has;
}

/* It may have had the page a moment ago. */
static bool was_named(const struct tree *t, const struct procfs_stat *p)
{
    return p->ppid == t->supervisor.pid && !tree_is_apart(t, p) && hint_at(t, p) == TREE_NAMED &&
           procfs_is_leaving(p->pid);
}

/* Returns whether there are new members, or -errno. */
static int prove_orphans(struct process_table *tab, const struct tree *t)
{
    int any = 0;

    for (size_t i = 0; i < tab->n && any >= 0; i++) {
        const struct procfs_stat *p = &tab->proc[i];
        bool below = tab->kin[i] == TREE_SUPERVISED && p->ppid != t->supervisor.pid;
        int has = tab->kin[i] == TREE_MEMBER || below ? 0 : has_page(t, p);

        if (has > 0)
            tab->kin[i] = TREE_MEMBER;
        else if (tab->kin[i] != TREE_MEMBER)
            tab->unsure = tab->unsure || was_named(t, p);
        any = has ? has : any;
    }
    return any;
}

static void add_leader(struct tree *t, const struct process_table *tab, pid_t id)
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

static int tree_make(struct tree *t, const struct process_table *tab)
{
    size_t members = 0, others = 0;

    t->n = t->nleader = t->nother = 0;
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
            t->other[t->nother++] = (struct tree_id){
                tab->proc[i].pid, tab->proc[i].ppid == t->supervisor.pid, tab->proc[i].start};
        if (tab->kin[i] != TREE_MEMBER)
            continue;
        t->proc[t->n++] = tab->proc[i];
        add_leader(t, tab, tab->proc[i].pgid);
        add_leader(t, tab, tab->proc[i].sid);
    }
    qsort(t->leader, t->nleader, sizeof *t->leader, process_table_order);
    return 0;
}

static void free_lists(struct tree *t)
{
    free(t->proc);
    free(t->leader);
    free(t->other);
}

int tree_scan(struct tree *t, const struct tree_root *roots, size_t nroots, pid_t supervisor)
{
    struct process_table tab = {0};
    struct tree new;
    const struct procfs_stat *p;

    t->wide = t->foreign || !procfs_usable();
    int err = process_table_read(&tab, t, roots, nroots, supervisor);
    if (err)
        goto out;
    tree_renew_apart(t, &tab);
    new = *t;
    p = process_table_at(&tab, supervisor);
    t->supervisor = p ? *p : (struct procfs_stat){0};
    err = claim_roots(&tab, t, roots, nroots, supervisor);
    if (err)
        goto out;
    close_table(&tab, t);
    err = prove_orphans(&tab, t);
    if (err < 0)
        goto out;
    close_table(&tab, t);
    new.supervisor = t->supervisor;
    new.wide = t->wide;
    new.unsure = tab.unsure;
    new.gone = tab.gone;
    err = tree_make(&new, &tab);
    free_lists(err ? &new : t);
    if (!err)
        *t = new;
out:
    process_table_free(&tab);
    return err;
}

void tree_free(struct tree *t)
{
    free_lists(t);
    free(t->apart);
    *t = (struct tree){0};
}

const struct procfs_stat *tree_member(const struct tree *t, pid_t pid)
{
    return process_table_find(t->proc, t->n, sizeof *t->proc, pid);
}

bool tree_has(const struct tree *t, pid_t pid)
{
    return tree_member(t, pid);
}

bool tree_ignores(const struct tree *t, pid_t pid)
{
    return find_other(t, pid);
}

static bool our_group(const struct tree *t, pid_t id)
{
    return !own_group(&t->supervisor, id) &&
           (contains(t->leader, t->nleader, id) || tree_has(t, id));
}

bool tree_knows(const struct tree *t, const struct procfs_stat *p)
{
    const struct procfs_stat *known = tree_member(t, p->pid);
    return known && known->start == p->start;
}

/* False: a parent ended meanwhile, ask again. */
static bool climb(const struct tree *t, pid_t pid, enum tree_kin *kin)
{
    const pid_t supervisor = t->supervisor.pid;
    struct procfs_stat st;

    *kin = TREE_OTHER;
    for (int i = 0; i < DEPTH_MAX && pid > 1 && pid != supervisor; i++, pid = st.ppid) {
        if (procfs_stat(pid, &st) < 0)
            return i == 0;
        bool orphan = st.ppid == supervisor;
        if (tree_is_apart(t, &st)) {
            *kin = TREE_SUPERVISED;
            return true;
        }
        if (tree_knows(t, &st) ||
            ((orphan || t->wide) && (our_group(t, st.pgid) || our_group(t, st.sid))) ||
            ((orphan || i == 0) && has_page(t, &st) > 0)) {
            *kin = TREE_MEMBER;
            return true;
        }
        if (orphan)
            *kin = TREE_SUPERVISED;
    }
    return true;
}

enum tree_kin tree_kin(const struct tree *t, pid_t pid)
{
    enum tree_kin kin = TREE_OTHER;

    for (int i = 0; i < CLIMBS && !climb(t, pid, &kin); i++)
        ;
    return kin;
}

static bool insert_member(struct tree *t, const struct procfs_stat *p)
{
    struct procfs_stat *proc;
    size_t at = 0;

    while (at < t->n && t->proc[at].pid < p->pid)
        at++;
    if (at < t->n && t->proc[at].pid == p->pid) { /* of one that has gone since the scan */
        t->proc[at] = *p;
        return true;
    }
    proc = realloc(t->proc, (t->n + 1) * sizeof *proc);
    if (!proc)
        return false;
    for (size_t i = t->n++; i > at; i--)
        proc[i] = proc[i - 1];
    proc[at] = *p;
    t->proc = proc;
    return true;
}

bool tree_learns(struct tree *t, const struct procfs_stat *p)
{
    return tree_knows(t, p) || (tree_kin(t, p->pid) == TREE_MEMBER && insert_member(t, p));
}

void tree_plant(struct tree *t, pid_t main, pid_t supervisor)
{
    struct procfs_stat p;

    if (procfs_stat(main, &p) == 0)
        insert_member(t, &p);
    if (procfs_stat(supervisor, &p) == 0)
        t->supervisor = p;
    t->wide = !procfs_usable();
}
