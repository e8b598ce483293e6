/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/keeper.h"

#include <unistd.h>

#include "protocol/signals.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

enum { LOOK_MS = 100, LOOKS = 20 };

/* Does it execute another program, by its slots? */
static bool is_away(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && atomic_load(&slot->away);
}

static bool can_keep(const struct generation *g, pid_t pid)
{
    uid_t uid;

    return procfs_real_uid(pid, &uid) == 0 && uid == getuid() && !is_away(g, pid) &&
           !slots_bystander(g, pid) && tree_catches(pid, RESERVED_SIGNAL);
}

/* The first that has no parent among them, and our user. */
static const struct procfs_stat *choose(const struct generation *g)
{
    const struct tree *t = &g->tree;

    for (size_t i = 0; i < t->n; i++)
        if (!tree_has(t, t->proc[i].ppid) && can_keep(g, t->proc[i].pid))
            return &t->proc[i];
    return NULL;
}

static void appoint(struct generation *g)
{
    const struct procfs_stat *p = generation_scan(g) == 0 ? choose(g) : NULL;

    if (!p)
        return;
    atomic_store(&g->page->keeper, p->pid);
    /* One that has begun to execute a program loses its handler: the signal would end it. It is
     * the keeper all the same, and what it becomes looks for that. */
    if (!is_away(g, p->pid))
        tree_tell(p, RESERVED_SIGNAL);
}

/* The one that was found may be about to fork once more and to exit, as daemons do. */
void keeper_step(int64_t now)
{
    static int64_t next;
    static int looks;
    struct generation *g = supervisor.current;

    if (!g || !g->exited)
        return;
    if (tree_alive(atomic_load(&g->page->keeper), 0)) {
        if (now < next)
            supervisor_wake_at(next);
        looks = 0;
        return;
    }
    if (now >= next && looks < LOOKS) {
        looks++;
        next = now + LOOK_MS;
        appoint(g);
    }
    if (looks < LOOKS)
        supervisor_wake_at(next);
}
