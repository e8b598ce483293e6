/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/create.h"

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/runtime_dir.h"
#include "supervisor/state/supervisor.h"

/* A process of the server that made it smaller would end us with SIGBUS. Where the kernel can't
 * (memfd on ramfs) the server is worth more than that. */
static void seal_size(int memory)
{
    static bool said;

    if (fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 || said)
        return;
    said = true;
    log_line(LEVEL_WARNING,
             "the state page can't be sealed (%s): a process of the server can end the supervisor",
             strerror(errno));
}

static bool map_page(struct generation *g)
{
    struct page *page = MAP_FAILED;
    struct stat st;

    if (fstat(g->memory, &st) == 0 && st.st_size == (off_t)sizeof *page)
        page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, g->memory, 0);
    if (page == MAP_FAILED)
        return false;
    g->page = page;
    g->tree.dev = st.st_dev;
    g->tree.ino = st.st_ino;
    return true;
}

/* What one version of the server has shown the next one does, too. */
static bool any_tunnels(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (atomic_load(&g->page->tunnels))
            return true;
    return false;
}

static bool page_new(struct generation *g)
{
    char name[48]; /* nobody can change it: number_of() reads it */
    char dir[256];

    snprintf(name, sizeof name, PAGE_NAME, PAGE_VERSION, g->number);
    g->memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (g->memory < 0 || ftruncate(g->memory, sizeof *g->page) < 0 || !map_page(g))
        return false;
    seal_size(g->memory);
    g->page->version = PAGE_VERSION;
    g->page->generation = g->number;
    atomic_store(&g->page->supervisor, getpid());
    atomic_store(&g->page->alone, supervisor.alone[0] != '\0');
    atomic_store(&g->page->keep_alive, supervisor.options.keep_alive);
    atomic_store(&g->page->tunnels, any_tunnels());
    g->page->placeless = !runtime_dir_make(dir, sizeof dir);
    return true;
}

/* So that the new one does not take a pid file that names one of them for a living server's. */
static void name_predecessors(struct generation *g)
{
    struct generation *other;
    unsigned n = 0;

    TAILQ_FOREACH (other, &generation_list, link) {
        if (other == g)
            continue;
        if (other->main > 0 && n < PAGE_PREDECESSORS)
            g->page->predecessors[n++] = other->main;
        n += slots_list(other, g->page->predecessors + n, PAGE_PREDECESSORS - n);
    }
}

/* Oldest first. */
static void insert(struct generation *g)
{
    struct generation *other;

    TAILQ_FOREACH (other, &generation_list, link)
        if (other->number > g->number) {
            TAILQ_INSERT_BEFORE(other, g, link);
            return;
        }
    TAILQ_INSERT_TAIL(&generation_list, g, link);
}

/* Mapped: its tables are large, hardly any of them is used, and all of it is to go back at once.
 * The heap is one mapping in a supervisor that is its server's auditor, and keeps what its end had.
 */
static struct generation *allocate(void)
{
    void *g = mmap(NULL, sizeof(struct generation), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return g == MAP_FAILED ? NULL : g;
}

/* One of nothing yet. */
static struct generation *blank(unsigned number)
{
    struct generation *g = allocate();

    if (!g)
        return NULL;
    g->number = number;
    g->worker = 1;
    g->memory = g->bell = g->control = g->failed = g->witness = -1;
    g->started = g->changed = clock_ms();
    g->next_note = CLOCK_NEVER;
    g->started_at = time(NULL);
    g->deadline = CLOCK_NEVER;
    g->tree.hint = slots_hint;
    insert(g);
    return g;
}

struct generation *generation_new(unsigned number, uint32_t attention)
{
    struct generation *g = blank(number);
    int saved;

    if (!g)
        return NULL;
    g->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g->bell < 0 || !page_new(g)) {
        saved = errno;
        generation_free(g);
        errno = saved;
        return NULL;
    }
    generation_attention(g, attention, 0);
    generation_offer(g);
    name_predecessors(g);
    return g;
}

/* 0: it is not one of ours, or of another version. */
static unsigned number_of(int memory)
{
    char path[32], link[64] = "";
    unsigned version, number;

    snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
    if (readlink(path, link, sizeof link - 1) < 0 ||
        sscanf(link, "/memfd:" PAGE_NAME, &version, &number) != 2 || version != PAGE_VERSION)
        return 0;
    return number;
}

struct generation *generation_take_over(int memory)
{
    unsigned number = number_of(memory);
    struct generation *g = number ? blank(number) : NULL;

    if (!g) {
        close(memory);
        errno = EPROTO;
        return NULL;
    }
    g->memory = memory;
    if (!map_page(g)) {
        generation_free(g);
        errno = EPROTO;
        return NULL;
    }
    g->attention = atomic_load(&g->page->attention) & ATTENTION_ALL;
    g->incomplete = true; /* the page may name fewer listeners than there are */
    g->taken_over = g->exited = g->tree.foreign = true;
    return g;
}

void generation_free(struct generation *g)
{
    const int fds[] = {g->memory, g->bell, g->control, g->failed, g->witness};

    log_limit_end(g);
    TAILQ_REMOVE(&generation_list, g, link);
    if (g->page)
        munmap(g->page, sizeof *g->page);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    tree_free(&g->tree);
    munmap(g, sizeof *g);
}
