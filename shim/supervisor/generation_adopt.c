/* SPDX-License-Identifier: ISC */
/* A generation that another supervisor has started. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "generation.h"
#include "members.h"

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

static struct page *map_page(int memory, const struct stat *st)
{
    struct page *page = MAP_FAILED;

    if (st->st_size == (off_t)sizeof *page)
        page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (page == MAP_FAILED)
        return NULL;
    if (page->version == PAGE_VERSION && page->generation > 0)
        return page;
    munmap(page, sizeof *page);
    return NULL;
}

struct generation *generation_adopt(int memory)
{
    struct generation *g = generation_blank();
    struct stat st;

    if (!g || fstat(memory, &st) < 0 || !(g->page = map_page(memory, &st))) {
        close(memory);
        free(g);
        errno = EPROTO;
        return NULL;
    }
    g->memory = memory;
    g->number = g->page->generation;
    g->adopted = g->exited = g->tree.foreign = true;
    g->tree.dev = st.st_dev;
    g->tree.ino = st.st_ino;
    insert(g);
    return g;
}

int generation_bell_number(const struct generation *g, pid_t pid)
{
    for (unsigned i = 0; i < members_slots(g); i++)
        if (atomic_load(&g->page->slots[i].pid) == pid)
            return atomic_load(&g->page->slots[i].bell);
    return -1;
}
