/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/detached_look.h"

#include <stdlib.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/program.h"
#include "supervisor/state/supervisor.h"

/* Who holds a listener: a detached session, or one of these. */
enum { SERVER = 0, NOBODY = -1, SEVERAL = -2 };

static const struct procfs_stat *top_of(const struct tree *t, const struct procfs_stat *p)
{
    const struct procfs_stat *parent;

    for (size_t i = 0; i < t->n && (parent = tree_member(t, p->ppid)); i++)
        p = parent;
    return p;
}

/* The session of one that still descends from the main process. */
static bool is_of_server(const struct detached_look *l, pid_t sid)
{
    const struct tree *t = &l->g->tree;

    for (size_t i = 0; i < t->n; i++)
        if (l->sid[i] == SERVER && t->proc[i].sid == sid)
            return true;
    return false;
}

static struct detached *find(const struct detached_look *l, pid_t sid)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->sessions[i].sid == sid)
            return &l->sessions[i];
    return NULL;
}

static void add_sessions(struct detached_look *l)
{
    for (size_t i = 0; i < l->g->tree.n; i++) {
        if (l->sid[i] != SERVER && is_of_server(l, l->sid[i]))
            l->sid[i] = SERVER;
        if (l->sid[i] != SERVER && !find(l, l->sid[i]))
            l->sessions[l->n++] = (struct detached){.sid = l->sid[i]};
    }
}

/* Returns whether there is any. */
static bool find_sessions(struct detached_look *l)
{
    const struct tree *t = &l->g->tree;
    const struct procfs_stat *main = tree_member(t, l->g->main);
    bool any = false;

    l->sid = calloc(t->n + 1, sizeof *l->sid);
    l->sessions = calloc(t->n + 1, sizeof *l->sessions);
    if (!main || !l->sid || !l->sessions)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        const struct procfs_stat *top = top_of(t, &t->proc[i]);

        l->sid[i] = top == main || top->sid == main->sid ? SERVER : top->sid;
        any = any || l->sid[i] != SERVER;
    }
    if (any)
        add_sessions(l);
    return l->n > 0;
}

static pid_t sid_of(const struct detached_look *l, pid_t pid)
{
    const struct procfs_stat *p = tree_member(&l->g->tree, pid);

    return p ? l->sid[p - l->g->tree.proc] : SERVER;
}

pid_t detached_holder(const struct detached_look *l, const struct listener *h)
{
    const struct holder *first;
    size_t n = h ? holders_all(&l->holders, h->socket.inode, &first) : 0;
    pid_t holder = NOBODY;

    for (size_t i = 0; i < n; i++) {
        pid_t sid = sid_of(l, first[i].pid);

        if (holder != NOBODY && holder != sid)
            return SEVERAL;
        holder = sid;
    }
    return holder;
}

static void let_stay(struct detached_look *l, const struct listener *h)
{
    const struct holder *first;
    size_t n = holders_all(&l->holders, h->socket.inode, &first);

    for (size_t i = 0; i < n; i++) {
        struct detached *session = find(l, sid_of(l, first[i].pid));

        if (session)
            session->stays = true;
    }
}

/* Another generation serves it, too; or did, if this one has not got ready. */
static bool goes_round(const struct detached_look *l, unsigned index)
{
    const struct generation *g;

    if (!l->g->was_ready && (generation_flags(l->g, index) & LISTENER_ADOPTED))
        return true;
    TAILQ_FOREACH (g, &generation_list, link)
        if (g != l->g && generation_uses(g, l->g->bound[index]))
            return true;
    return false;
}

static void add_listener(const struct detached_look *l, pid_t sid, unsigned index)
{
    struct detached *session = find(l, sid);
    const struct listener *h = l->g->bound[index];
    bool is_private =
        h->socket.family == AF_UNIX && (generation_flags(l->g, index) & LISTENER_PRIVATE);

    session->is_private = (session->is_private || !session->listens) && is_private;
    session->listens = h;
}

static void judge_listeners(struct detached_look *l)
{
    for (unsigned i = 0; i < l->g->entries; i++) {
        pid_t holder = detached_holder(l, l->g->bound[i]);

        if (holder == SERVER)
            l->g->serves_itself = true;
        else if (holder == SEVERAL || (holder != NOBODY && goes_round(l, i)))
            let_stay(l, l->g->bound[i]);
        else if (holder != NOBODY)
            add_listener(l, holder, i);
    }
}

/* Those of detached sessions alone, or all others: also what was released, for it may have left
 * connections. */
static struct kernel_listener *sockets_of(const struct detached_look *l, bool detached, size_t *n)
{
    struct kernel_listener *all = listener_sockets(n);
    const struct listener *h;
    size_t used = 0;

    if (all)
        TAILQ_FOREACH (h, &listener_list, link)
            if ((detached_holder(l, h) > SERVER) == detached)
                all[used++] = h->socket;
    *n = used;
    return all;
}

static bool was_there(const struct own_connections *c, unsigned long inode)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->inode[i] == inode)
            return true;
    return false;
}

static void judge_connection(struct detached_look *l, const struct kernel_connection *c,
                             struct own_connections *now)
{
    struct detached *session = find(l, sid_of(l, c->pid));
    pid_t pid = c->peer_inode ? holders_find(&l->holders, c->peer_inode) : 0;

    if (!session)
        return;
    if (pid == 0)
        session->has_others = true;
    if (pid == 0 ? c->family != AF_UNIX : sid_of(l, pid) != SERVER)
        return;
    session->has_own = true;
    session->is_kept |= was_there(&l->g->connections, c->inode);
    if (now->n < sizeof now->inode / sizeof now->inode[0])
        now->inode[now->n++] = c->inode;
}

static void judge_own_connections(struct detached_look *l)
{
    struct own_connections now = {.n = 0};
    struct kernel_connection *conns = NULL;
    size_t nsockets, n = 0;
    struct kernel_listener *sockets = sockets_of(l, true, &nsockets);

    if (sockets)
        kernel_held_connections(sockets, nsockets, &l->g->tree, &conns, &n);
    kernel_find_clients(conns, n);
    for (size_t i = 0; i < n; i++)
        judge_connection(l, &conns[i], &now);
    l->g->connections = now;
    free(conns);
    free(sockets);
}

/* Whoever of them has it first: with many sessions one look has to do. */
static bool judge_clients(struct detached_look *l)
{
    const struct tree *t = &l->g->tree;
    struct tree detached = {.proc = calloc(t->n, sizeof *t->proc), .supervisor = t->supervisor};
    struct kernel_connection *conns = NULL;
    size_t nsockets, n = 0;
    struct kernel_listener *sockets = sockets_of(l, false, &nsockets);

    for (size_t i = 0; detached.proc && i < t->n; i++)
        if (l->sid[i] != SERVER)
            detached.proc[detached.n++] = t->proc[i];
    bool seen = sockets && detached.proc &&
                kernel_held_connections(sockets, nsockets, &detached, &conns, &n) == 0;
    for (size_t i = 0; i < n; i++)
        find(l, sid_of(l, conns[i].pid))->stays = true;
    free(conns);
    free(sockets);
    free(detached.proc);
    return seen;
}

/* One that is just being executed has no slot yet. */
static bool takes_part(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);
    enum program p;

    if (slot && !atomic_load(&slot->away))
        return slots_takes_part(g, pid);
    p = program_look(pid, supervisor.command.library);
    return p == PROGRAM_LOADED || p == PROGRAM_LOADING;
}

static void judge_processes(struct detached_look *l)
{
    const struct tree *t = &l->g->tree;

    for (size_t i = 0; i < t->n; i++) {
        struct detached *session = find(l, l->sid[i]);
        const struct page_slot *slot;

        if (!session || !takes_part(l->g, t->proc[i].pid))
            continue;
        slot = slots_find(l->g, t->proc[i].pid);
        session->takes_part = true;
        session->early |= !slot || !atomic_load(&slot->late);
    }
}

/* Nothing is known of one that can't be looked into. */
bool detached_look(struct detached_look *l)
{
    struct generation *g = l->g;

    if (supervisor.options.keep_children || g->exited || g->tree.foreign || !procfs_usable() ||
        generation_scan(g) < 0 || !find_sessions(l) || holders_read(&l->holders, &g->tree) < 0)
        return false;
    judge_listeners(l);
    judge_own_connections(l);
    judge_processes(l);
    return judge_clients(l);
}

void detached_look_free(struct detached_look *l)
{
    holders_free(&l->holders);
    free(l->sid);
    free(l->sessions);
}
