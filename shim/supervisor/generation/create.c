/* SPDX-License-Identifier: ISC */
/* A generation begins with its page, and ends with all that was kept for it. */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/generation.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/members.h"
#include "supervisor/state/log.h"
#include "supervisor/state/runtime_dir.h"

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

static bool page_new(struct generation *g)
{
    struct stat st;
    char name[48]; /* nobody can change it: generation_adopt() reads it */
    char dir[256];

    snprintf(name, sizeof name, PAGE_NAME, PAGE_VERSION, g->number);
    g->memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (g->memory < 0 || ftruncate(g->memory, sizeof *g->page) < 0 || fstat(g->memory, &st) < 0)
        return false;
    g->tree.dev = st.st_dev;
    g->tree.ino = st.st_ino;
    seal_size(g->memory);
    g->page = mmap(NULL, sizeof *g->page, PROT_READ | PROT_WRITE, MAP_SHARED, g->memory, 0);
    if (g->page == MAP_FAILED) {
        g->page = NULL;
        return false;
    }
    g->page->version = PAGE_VERSION;
    g->page->generation = g->number;
    atomic_store(&g->page->supervisor, getpid());
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
        n += members_list(other, g->page->predecessors + n, PAGE_PREDECESSORS - n);
    }
}

struct generation *generation_blank(void)
{
    struct generation *g = calloc(1, sizeof *g);

    if (!g)
        return NULL;
    g->memory = g->bell = g->control = g->failed = g->witness = -1;
    g->started = g->changed = clock_ms();
    g->started_at = time(NULL);
    g->deadline = CLOCK_NEVER;
    g->tree.hint = members_hint;
    return g;
}

struct generation *generation_new(unsigned number, uint32_t attention)
{
    struct generation *g = generation_blank();
    int saved;

    if (!g)
        return NULL;
    g->number = number;
    TAILQ_INSERT_TAIL(&generation_list, g, link);
    g->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g->bell < 0 || !page_new(g))
        goto fail;
    generation_attention(g, attention, 0);
    generation_offer(g);
    name_predecessors(g);
    return g;
fail:
    saved = errno;
    generation_free(g);
    errno = saved;
    return NULL;
}

static void close_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void generation_free(struct generation *g)
{
    log_limit_end(g);
    TAILQ_REMOVE(&generation_list, g, link);
    if (g->page)
        munmap(g->page, sizeof *g->page);
    close_open(g->memory);
    close_open(g->bell);
    close_open(g->control);
    close_open(g->failed);
    close_open(g->witness);
    free(g->dismissed);
    tree_free(&g->tree);
    free(g);
}
