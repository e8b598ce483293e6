/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/contention.h"

#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/locks.h"
#include "supervisor/state/events.h"
#include "supervisor/state/supervisor.h"

enum {
    LOOKS = 5, /* that see it, not time alone: machines stand still */
    LOOK_MS = 250,
    LOOK_SHARE = 10, /* a look costs more the more the server has open: a tenth of the time */
};

static struct seen {
    unsigned generation, looks;
    int64_t next;
} seen;

typedef bool contention_matters(struct generation *g, const struct page_refusal *r);

static bool is_attached(const struct page_refusal *r, char *text, size_t size)
{
    int id = (int)(atomic_load(&r->inode) - 1);
    pid_t maker = locks_segment(id);

    snprintf(text, size, "shared memory %d, process %d", id, (int)maker);
    return maker > 0 && tree_has(&supervisor.current->tree, maker);
}

static bool is_locked(const struct page_refusal *r, char *text, size_t size)
{
    dev_t device = (dev_t)atomic_load(&r->device);
    ino_t inode = (ino_t)atomic_load(&r->inode);
    bool exclusive = atomic_load(&r->exclusive);
    const struct tree *t = &supervisor.current->tree;
    char path[160];

    for (size_t i = 0; i < t->n; i++)
        if (locks_held(t->proc[i].pid, device, inode, exclusive, path, sizeof path) == 1) {
            snprintf(text, size, "%s, process %d", path, (int)t->proc[i].pid);
            return true;
        }
    return false;
}

static bool is_held(const struct page_refusal *r, char *text, size_t size)
{
    return atomic_load(&r->device) == PAGE_SEGMENT ? is_attached(r, text, size)
                                                   : is_locked(r, text, size);
}

static const char *find(struct generation *g, contention_matters *matters)
{
    static char text[EVENT_TEXT];
    bool scanned = false;

    for (int i = 0; i < PAGE_REFUSALS; i++) {
        const struct page_refusal *r = &g->page->refusals[i];

        if (atomic_load(&r->inode) == 0 || !matters(g, r))
            continue;
        if (!scanned && generation_scan(supervisor.current) < 0)
            return NULL;
        scanned = true;
        if (is_held(r, text, sizeof text))
            return text;
    }
    return NULL;
}

/* It has done nothing for its clients since. */
static bool is_stuck(struct generation *g, const struct page_refusal *r)
{
    return page_count_used(g->page) <= atomic_load(&r->bound);
}

static bool is_gone(const struct generation *g, const struct page_refusal *r)
{
    pid_t pid = atomic_load(&r->pid);
    struct procfs_stat p;

    return (g->exited && pid == g->main) || (pid > 0 && procfs_stat(pid, &p) == -ESRCH);
}

static bool has_ended_it(struct generation *g, const struct page_refusal *r)
{
    return is_stuck(g, r) && is_gone(g, r);
}

const char *contention_of_ended(struct generation *g)
{
    /* abort() is what some make of it */
    bool crashed = g->exited && WIFSIGNALED(g->status) && WTERMSIG(g->status) != SIGABRT;

    return crashed ? NULL : find(g, has_ended_it);
}

const char *contention_of_late(struct generation *g)
{
    return find(g, is_stuck);
}

static bool is_worker(struct generation *g, pid_t pid)
{
    struct procfs_stat p;

    return procfs_stat(pid, &p) == 0 && generation_scan(g) == 0 && tree_has(&g->tree, p.ppid);
}

/* It serves, if not all that it was offered; or its workers take turns at that. */
static bool may_become_ready(struct generation *g, const struct page_refusal *r)
{
    struct generation_listeners l = generation_listeners(g);

    return l.waited > 0 || (l.used > 0 && is_worker(g, atomic_load(&r->pid)));
}

static bool is_awaited(struct generation *g, const struct page_refusal *r)
{
    bool again = atomic_load(&r->last) > atomic_load(&r->first);

    return (again || atomic_load(&r->waiting) > 0) && is_stuck(g, r) && !may_become_ready(g, r);
}

static bool any_refused(const struct generation *g)
{
    for (int i = 0; i < PAGE_REFUSALS; i++)
        if (atomic_load(&g->page->refusals[i].inode) != 0)
            return true;
    return false;
}

const char *contention_lasts(struct generation *g, int64_t now)
{
    const char *held;
    clock_t began;

    if (!any_refused(g))
        return NULL;
    if (seen.generation != g->number)
        seen = (struct seen){.generation = g->number};
    if (now >= seen.next) {
        began = clock();
        held = find(g, is_awaited);
        seen.looks = held ? seen.looks + 1 : 0;
        seen.next = now + LOOK_MS + LOOK_SHARE * 1000 * (clock() - began) / CLOCKS_PER_SEC;
        if (seen.looks >= LOOKS)
            return held;
    }
    supervisor_wake_at(seen.next);
    return NULL;
}
