/* SPDX-License-Identifier: ISC */
/* A generation that another supervisor has started. */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "supervisor/generation/generation.h"
#include "supervisor/generation/members.h"

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
    return page == MAP_FAILED ? NULL : page;
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

struct generation *generation_adopt(int memory)
{
    struct generation *g = generation_blank();
    struct stat st;

    if (!g || (g->number = number_of(memory)) == 0 || fstat(memory, &st) < 0 ||
        !(g->page = map_page(memory, &st))) {
        close(memory);
        free(g);
        errno = EPROTO;
        return NULL;
    }
    g->memory = memory;
    g->attention = atomic_load(&g->page->attention) & ATTENTION_ALL;
    g->lost = true; /* the page may name fewer listeners than there are */
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
