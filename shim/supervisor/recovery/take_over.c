/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/take_over.h"

#include <sys/eventfd.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/generation/create.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/slots.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/io.h"
#include "supervisor/restart/sequential.h"
#include "supervisor/state/log.h"
#include "supervisor/state/runtime_dir.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/resume.h"

static const struct orphan *by_pid(const struct orphan *first, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (first[i].pid == pid)
            return &first[i];
    return NULL;
}

/* The page is written by all processes of the server: what it says has to be one of those found.
 * NULL: all that is left of the server are bystanders. */
static const struct orphan *main_of(const struct generation *g, const struct orphan *first,
                                    size_t n)
{
    const struct orphan *main = by_pid(first, n, atomic_load(&g->page->keeper));

    if (!main)
        main = by_pid(first, n, atomic_load(&g->page->first));
    for (size_t i = 0; i < n && !main; i++)
        if (!slots_bystander(g, first[i].pid))
            main = &first[i];
    return main;
}

static bool is_eventfd(int fd)
{
    static const char name[] = "anon_inode:[eventfd]";
    char path[32], link[sizeof name] = "";

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return readlink(path, link, sizeof link - 1) > 0 && strcmp(link, name) == 0;
}

/* Without it the counters are looked at once a second. */
static int take_bell(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);
    int fd = slot ? fetch_fd(pid, atomic_load(&slot->bell)) : -1;

    if (fd >= 0 && is_eventfd(fd))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Its own processes can write there. */
static unsigned worker_of(const struct generation *g)
{
    unsigned worker = atomic_load(&g->page->worker);

    return worker >= 1 && worker <= OPTIONS_WORKERS ? worker : 1;
}

static struct generation *take_over_one(const struct orphan *first, size_t n)
{
    int memory = io_reopen(first->pid, first->memory, O_RDWR);
    struct generation *g = memory < 0 ? NULL : generation_take_over(memory);
    const struct orphan *main;

    if (!g)
        return NULL;
    main = main_of(g, first, n);
    if (!main) {
        generation_free(g);
        errno = ESRCH;
        return NULL;
    }
    g->worker = worker_of(g);
    g->main = main->pid;
    g->main_start = main->start;
    g->group = main->pid; /* the one that nobody leads is not known any more */
    for (size_t i = 0; i < n && g->bell < 0; i++)
        g->bell = take_bell(g, first[i].pid);
    for (size_t i = 0; i < n; i++)
        if (!slots_bystander(g, first[i].pid) && tree_alive(first[i].pid, first[i].start))
            tree_plant(&g->tree, first[i].pid, getpid());
    runtime_dir_remove(atomic_exchange(&g->page->supervisor, getpid()));
    return g;
}

static size_t same_page(const struct orphan *first, size_t n)
{
    size_t i = 1;

    while (i < n && first[i].page == first->page)
        i++;
    return i;
}

static bool has_served(const struct generation *g)
{
    return !(g->attention & (ATTENTION_STARTING | ATTENTION_DRAINING));
}

/* The youngest that has become ready and was not told to drain; else the youngest of all. */
static struct generation *choose_current(void)
{
    struct generation *g;

    TAILQ_FOREACH_REVERSE (g, &generation_list, generation_list, link)
        if (has_served(g))
            return g;
    return TAILQ_LAST(&generation_list, generation_list);
}

static void resume_current(struct generation *g)
{
    if (g->attention & ATTENTION_DRAINING) { /* the old one of a sequential restart */
        supervisor.phase = sequential_begin();
        return;
    }
    if (g->attention & ATTENTION_STARTING)
        return;
    g->state = GENERATION_SERVING;
    supervisor.phase = PHASE_IDLE;
    generation_own_paths(g);
    resume_begin(g);
}

/* A younger one has the place of this one. */
static bool is_replaced(const struct generation *g)
{
    const struct generation *other = g;

    while ((other = TAILQ_NEXT(other, link)))
        if (other->worker == g->worker && has_served(other))
            return true;
    return false;
}

/* One of several workers, beside the current one. */
static void resume_worker(struct generation *g)
{
    g->state = GENERATION_SERVING;
    if (supervisor.workers < g->worker)
        supervisor.workers = g->worker; /* more were wanted since the start */
    generation_share_paths(supervisor.current, g);
    resume_begin(g);
}

/* One that was younger had not become ready; the others had begun to drain, or were about to. */
static void resume_others(const struct generation *current)
{
    struct generation *g, *after;

    for (g = TAILQ_FIRST(&generation_list); g; g = after) {
        after = TAILQ_NEXT(g, link);
        if (g->number > current->number) {
            log_line(LEVEL_INFO, "generation %u was not ready yet and is ended", g->number);
            pid_file_rolled_back(g);
            drain_abandon(g);
        } else if (g != current && has_served(g) && !is_replaced(g)) {
            resume_worker(g);
        } else if (g != current) {
            drain_begin(g);
        }
    }
}

/* What its own processes can write there makes clients wait for the next one, and no more. */
static void take_alone(const struct generation *g)
{
    if (atomic_load(&g->page->alone))
        snprintf(supervisor.alone, sizeof supervisor.alone,
                 "as it was before the supervisor was killed");
}

bool take_over_generations(const struct orphans *o)
{
    struct generation *g;

    for (size_t i = 0, n; i < o->n; i += n) {
        n = same_page(&o->proc[i], o->n - i);
        if (!take_over_one(&o->proc[i], n) && errno != ESRCH)
            log_line(LEVEL_WARNING,
                     "process %d: the state page of its generation can't be used: %s",
                     (int)o->proc[i].pid, strerror(errno));
    }
    g = TAILQ_EMPTY(&generation_list) ? NULL : choose_current();
    if (!g)
        return false;
    supervisor.current = g;
    supervisor.workers = (unsigned)supervisor.options.workers;
    if (supervisor.workers < g->worker)
        supervisor.workers = g->worker;
    take_alone(g);
    supervisor.last_number = TAILQ_LAST(&generation_list, generation_list)->number;
    TAILQ_FOREACH (g, &generation_list, link)
        fetch_listeners(g);
    pid_file_resume();
    resume_current(supervisor.current);
    resume_others(supervisor.current);
    pid_file_settle();
    return true;
}
