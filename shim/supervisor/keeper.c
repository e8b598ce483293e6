/* SPDX-License-Identifier: ISC */
#include "keeper.h"

#include <unistd.h>

#include "restart_signal.h"
#include "supervisor.h"

enum { LOOK_MS = 100, LOOKS = 20 };

/* The first that has no parent among them, and our user. */
static const struct procfs_stat *choose(const struct tree *t)
{
    uid_t uid;

    for (size_t i = 0; i < t->n; i++)
        if (!tree_has(t, t->proc[i].ppid) && procfs_real_uid(t->proc[i].pid, &uid) == 0 &&
            uid == getuid() && tree_catches(t->proc[i].pid, RESERVED_SIGNAL))
            return &t->proc[i];
    return NULL;
}

static void appoint(struct generation *g)
{
    const struct procfs_stat *p = generation_scan(g) == 0 ? choose(&g->tree) : NULL;

    if (!p)
        return;
    atomic_store(&g->page->keeper, p->pid);
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
