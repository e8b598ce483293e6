/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/generation.h"

#include <unistd.h>

struct generation_list generation_list = TAILQ_HEAD_INITIALIZER(generation_list);

bool generation_joined(const struct generation *g)
{
    return g->joined || atomic_load(&g->page->hello) > 0;
}

void generation_attention(struct generation *g, uint32_t set, uint32_t clear)
{
    g->attention = (g->attention | set) & ~clear;
    atomic_store(&g->page->attention, g->attention);
}

pid_t generation_group(const struct generation *g)
{
    bool leads = g->group != g->main && !g->exited && getpgid(g->main) == g->main;

    return leads ? g->main : g->group;
}

struct generation *generation_by_pid(pid_t pid)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->main == pid && !g->exited)
            return g;
    return NULL;
}

struct generation *generation_by_number(unsigned number)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->number == number)
            break;
    return g;
}
