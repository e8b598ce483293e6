/* SPDX-License-Identifier: ISC */
#include "supervisor/step/fetch.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/inherited.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int fetch_fd(pid_t pid, int fd)
{
    int process = tree_pidfd(pid);
    int copy = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);

    if (process >= 0)
        close(process);
    return copy;
}

static bool is_missing(const struct generation *g, unsigned i)
{
    uint32_t flags = atomic_load(&g->page->listeners[i].flags);

    return !g->bound[i] && (flags & LISTENER_USED) && !(flags & LISTENER_UNLINKED);
}

static unsigned count_missing(const struct generation *g)
{
    unsigned n = 0, entries = page_entries(g->page);

    for (unsigned i = 0; i < entries; i++)
        n += is_missing(g, i);
    return n;
}

/* A listener that was given back is remembered for the connections that came from it. */
static struct listener *held_before(const struct listener *h)
{
    struct listener *other;

    TAILQ_FOREACH (other, &listener_list, link)
        if (other != h && other->socket.fd < 0 && other->cookie == h->cookie)
            return other;
    return NULL;
}

/* Two generations serve it, or a process of the one that drains is stopped. */
static struct listener *held_already(uint64_t cookie)
{
    struct listener *h;

    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.fd >= 0 && h->cookie == cookie)
            return h;
    return NULL;
}

static struct listener *hold(struct generation *g, unsigned i, int fd, pid_t pid)
{
    struct listener *h = listener_add(fd, generation_key(g, i, fd)), *former;

    if (!h)
        return NULL;
    former = held_before(h);
    if (former)
        former->until = 0;
    listener_witness(h, pid, -1);
    log_line(LEVEL_DEBUG, "%s was taken from process %d", h->address, (int)pid);
    return h;
}

static void keep_fetched(struct generation *g, unsigned i, int fd, pid_t pid)
{
    const struct page_listener *entry = &g->page->listeners[i];
    struct listener *other = held_already(atomic_load(&entry->socket));
    struct listener *h = other ? other : hold(g, i, fd, pid);

    if (h)
        generation_bind(g, i, h, atomic_load(&entry->flags) & LISTENER_USED);
    if (!h || h == other)
        close(fd);
}

/* Another process of the server may have the same one. */
static void take_fetched(struct generation *g, int fd, pid_t pid)
{
    uint64_t cookie = io_socket_cookie(fd);

    for (unsigned i = 0; cookie && i < page_entries(g->page); i++)
        if (atomic_load(&g->page->listeners[i].socket) == cookie && is_missing(g, i)) {
            keep_fetched(g, i, fd, pid);
            return;
        }
    close(fd);
}

static bool take_copy(void *arg, const struct procfs_socket *s)
{
    struct generation *g = arg;
    int copy = fetch_fd(s->pid, s->fd);

    if (copy >= 0)
        take_fetched(g, copy, s->pid);
    return count_missing(g) > 0;
}

static void take_from(struct generation *g, pid_t pid)
{
    if (count_missing(g) > 0)
        procfs_sockets(pid, take_copy, g);
}

static void take_inherited(struct generation *g)
{
    size_t at = 0;
    int copy;

    while (count_missing(g) > 0 && (copy = inherited_copy(&at)) >= 0)
        take_fetched(g, copy, g->main);
}

bool fetch_is_whole(const struct generation *g)
{
    return g->taken_over && count_missing(g) == 0;
}

/* One that drains has dummies in their place; in sequential mode nobody has them any more. */
static void say_missing(const struct generation *g, unsigned n)
{
    const char *s = n == 1 ? "" : "s";

    if (!(g->attention & ATTENTION_DRAINING))
        log_line(LEVEL_WARNING,
                 "%u listener%s of generation %u can't be taken over (no right to trace its "
                 "processes?)",
                 n, s, g->number);
    else if (g == supervisor.current)
        log_line(LEVEL_WARNING,
                 "generation %u has given up %u listener%s: clients are refused until the next one "
                 "serves",
                 g->number, n, s);
}

void fetch_listeners(struct generation *g)
{
    unsigned missing;

    if (!g->taken_over || count_missing(g) == 0 || generation_scan(g) < 0)
        return;
    take_inherited(g);
    take_from(g, g->main);
    for (size_t i = 0; i < g->tree.n; i++)
        if (g->tree.proc[i].pid != g->main)
            take_from(g, g->tree.proc[i].pid);
    missing = count_missing(g);
    if (missing > 0)
        say_missing(g, missing);
}

static void give_back(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++) {
        struct listener *h = g->bound[i];

        if (!h)
            continue;
        g->bound[i] = NULL;
        listener_release(h, g->number);
    }
}

/* The bell was copied out of one of its processes. */
static bool may_copy(const struct generation *g)
{
    return g->bell >= 0;
}

void fetch_step(void)
{
    struct generation *g = supervisor.current;

    if (!g || !g->taken_over || may_copy(g))
        inherited_close();
    if (g && g->taken_over && supervisor.phase == PHASE_IDLE &&
        supervisor.pending == REQUEST_NONE &&
        TAILQ_NEXT(TAILQ_FIRST(&generation_list), link) == NULL)
        give_back(g);
}
