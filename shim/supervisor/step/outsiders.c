/* SPDX-License-Identifier: ISC */
#include "supervisor/step/outsiders.h"

#include <errno.h>
#include <unistd.h>

#include "supervisor/generation/members.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/listener.h"
#include "supervisor/state/supervisor.h"

enum { ANCESTORS = 64 };

static pid_t ancestors[ANCESTORS];
static unsigned nancestors;

static bool note_own(void *arg, const struct procfs_socket *s)
{
    struct listener *h;

    (void)arg;
    TAILQ_FOREACH (h, &listener_list, link)
        h->given |= h->socket.inode == s->inode && h->socket.fd != s->fd;
    return true;
}

/* We have it besides our copy. */
void outsiders_note_given(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        h->given = false;
    procfs_sockets(getpid(), note_own, NULL);
}

static void note_of_generation(const struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && (atomic_load(&g->page->listeners[i].flags) & LISTENER_CAME))
            g->bound[i]->came = true;
}

static bool any_came(void)
{
    struct listener *h;
    bool any = false;

    TAILQ_FOREACH (h, &listener_list, link) {
        h->came &= h->socket.fd >= 0 && h->socket.type != SOCK_DGRAM;
        any |= h->came;
    }
    return any;
}

/* May others have one: did it come from outside, with us or with a process of the server? */
static bool note_came(void)
{
    struct generation *g;
    struct listener *h;

    outsiders_note_given();
    TAILQ_FOREACH (h, &listener_list, link) {
        h->came = h->given;
        h->outside = false;
    }
    TAILQ_FOREACH (g, &generation_list, link)
        note_of_generation(g);
    return any_came();
}

/* Who started us, and so on. */
static void note_ancestors(void)
{
    struct procfs_stat st = {.ppid = getppid()};

    nancestors = 0;
    do
        ancestors[nancestors++] = st.ppid;
    while (nancestors < ANCESTORS && st.ppid > 0 && procfs_stat(st.ppid, &st) == 0);
}

static bool is_ancestor(pid_t pid)
{
    for (unsigned i = 0; i < nancestors; i++)
        if (ancestors[i] == pid)
            return true;
    return false;
}

static bool is_ours(pid_t pid)
{
    struct procfs_stat st;
    struct generation *g;

    if (pid == getpid() || procfs_stat(pid, &st) < 0 || st.ppid == getpid() || is_ancestor(pid))
        return true;
    TAILQ_FOREACH (g, &generation_list, link)
        if (tree_learns(&g->tree, &st))
            return true;
    return false;
}

static bool note_open(void *arg, const struct procfs_socket *s)
{
    struct listener *h;

    (void)arg;
    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.inode == s->inode && h->came)
            h->outside = true;
    return true;
}

static void suspect_all(void)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        h->outside |= h->came;
}

static void look_at(pid_t pid)
{
    int err;

    if (is_ours(pid))
        return;
    err = procfs_sockets(pid, note_open, NULL);
    if (err == -EACCES || err == -EPERM)
        suspect_all();
}

static void look_at_all(void)
{
    struct procfs_dir dir;
    int pid;

    if (!procfs_usable() || procfs_open(&dir, "/proc") < 0) {
        suspect_all();
        return;
    }
    while ((pid = procfs_next(&dir)) >= 0)
        look_at(pid);
    procfs_close(&dir);
}

static void say(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && g->bound[i]->outside)
            atomic_fetch_or(&g->page->listeners[i].flags, LISTENER_OUTSIDE);
        else
            atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_OUTSIDE);
}

void outsiders_look(void)
{
    struct generation *g;

    if (note_came()) {
        TAILQ_FOREACH (g, &generation_list, link)
            generation_scan(g);
        note_ancestors();
        look_at_all();
    }
    TAILQ_FOREACH (g, &generation_list, link)
        say(g);
}
