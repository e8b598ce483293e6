/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/slots.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "protocol/signals.h"

enum { EXCLUDED = 4 };

static pid_t excluded[EXCLUDED];

static void exchange(pid_t was, pid_t is)
{
    for (int i = 0; i < EXCLUDED; i++)
        if (excluded[i] == was) {
            excluded[i] = is;
            return;
        }
}

void slots_exclude(pid_t pid)
{
    exchange(0, pid);
}

void slots_include(pid_t pid)
{
    exchange(pid, 0);
}

static bool is_excluded(pid_t pid)
{
    for (int i = 0; i < EXCLUDED; i++)
        if (excluded[i] == pid)
            return true;
    return false;
}

unsigned slots_used(const struct generation *g)
{
    uint32_t hint = atomic_load(&g->page->hint), used = hint < PAGE_SLOTS ? hint : PAGE_SLOTS;

    return used > g->slots ? used : g->slots;
}

void slots_note(struct generation *g)
{
    g->slots = slots_used(g);
    g->joined = generation_joined(g);
}

/* Of who has the slot, and since when; never 0. */
static uint64_t slot_key(const struct page_slot *slot)
{
    uint64_t born = atomic_load(&slot->born);

    return (uint64_t)(uint32_t)atomic_load(&slot->pid) << 32 | (uint32_t)(born ^ born >> 32);
}

/* Nothing has to be asked again of one that is dead, or none of ours. */
static bool is_dismissed(const struct generation *g, unsigned i)
{
    return g->dismissed[i] == slot_key(&g->page->slots[i]);
}

/* By the clock of clock_ms(), 10 ms early or so. */
static uint64_t started(const struct procfs_stat *p)
{
    static long hz;

    if (hz == 0)
        hz = sysconf(_SC_CLK_TCK);
    return p->start * 1000 / (unsigned long)hz;
}

/* A process that started after the slot was taken has the number of one that died. */
static bool is_too_young(const struct page_slot *slot, const struct procfs_stat *p)
{
    return p->state != '?' && started(p) > atomic_load(&slot->born) + 10;
}

/* Its owner as it is now; false when it has none that lives and is ours. */
static bool slot_owner(struct generation *g, unsigned i, struct procfs_stat *p)
{
    const struct page_slot *slot = &g->page->slots[i];
    pid_t pid = atomic_load(&slot->pid);
    int err;

    if (pid <= 0 || atomic_load(&slot->away) || atomic_load(&slot->bystander) ||
        (is_dismissed(g, i) && !tree_has(&g->tree, pid)))
        return false;
    err = procfs_stat(pid, p);
    if (err == 0 && !is_too_young(slot, p) && tree_learns(&g->tree, p))
        return true;
    if (err == 0 || err == -ESRCH)
        g->dismissed[i] = slot_key(slot);
    return false;
}

struct said {
    bool undrained, suspended;
    unsigned accepting, connections;
};

/* In this order: see page.h. */
static struct said slot_says(const struct page_slot *slot)
{
    struct said s;
    int32_t connections;

    s.undrained = atomic_load(&slot->drained) == 0;
    s.suspended = atomic_load(&slot->suspended) != 0;
    s.accepting = (unsigned)(atomic_load(&slot->accepts) % SLOT_ACCEPTED);
    connections = atomic_load(&slot->connections);
    s.connections = connections > 0 ? (unsigned)connections : 0;
    return s;
}

static void add(struct slots_count *c, const struct said *s)
{
    c->processes++;
    c->undrained += s->undrained;
    c->suspended += s->suspended;
    c->accepting += s->accepting;
    c->connections += s->connections;
}

struct slots_count slots_count(struct generation *g)
{
    struct slots_count c = {0};
    struct procfs_stat p;

    for (unsigned i = 0; i < slots_used(g); i++) {
        struct said s = slot_says(&g->page->slots[i]);

        c.accepted += atomic_load(&g->page->slots[i].accepts) / SLOT_ACCEPTED;
        if (slot_owner(g, i, &p))
            add(&c, &s);
    }
    return c;
}

static bool is_news(const struct slots_count *c, const struct said *s)
{
    return (s->undrained && !c->undrained) || (s->suspended && !c->suspended) ||
           (s->accepting && !c->accepting) || (s->connections && !c->connections);
}

struct slots_count slots_owe(struct generation *g)
{
    struct slots_count c = {0};
    struct procfs_stat p;

    for (unsigned i = 0; i < slots_used(g); i++) {
        struct said s = slot_says(&g->page->slots[i]);

        if (!is_news(&c, &s) || !slot_owner(g, i, &p))
            continue;
        if ((s.undrained || s.suspended || s.accepting) && tree_is_stuck(&p, RESERVED_SIGNAL))
            s = (struct said){.connections = s.connections};
        add(&c, &s);
    }
    return c;
}

pid_t slots_debtor(struct generation *g, unsigned *n)
{
    struct procfs_stat p;
    pid_t first = 0;

    *n = 0;
    for (unsigned i = 0; i < slots_used(g); i++) {
        struct said s = slot_says(&g->page->slots[i]);

        if (!(s.undrained || s.accepting) || !slot_owner(g, i, &p) ||
            tree_is_stuck(&p, RESERVED_SIGNAL))
            continue;
        first = first ? first : p.pid;
        ++*n;
    }
    return first;
}

unsigned slots_giving(struct generation *g)
{
    struct procfs_stat p;
    unsigned most = GIVING_NOTHING;

    for (unsigned i = 0; i < slots_used(g); i++) {
        uint32_t says = atomic_load(&g->page->slots[i].giving);

        if (says > most && slot_owner(g, i, &p) && !tree_is_stuck(&p, RESERVED_SIGNAL))
            most = says > GIVING_MORE ? GIVING_MORE : says;
    }
    return most;
}

void slots_ask_to_give(struct generation *g)
{
    for (unsigned i = 0; i < slots_used(g); i++)
        atomic_store(&g->page->slots[i].giving, GIVING_MORE);
}

static bool is_meant(const struct page_slot *slot, enum slots_who who)
{
    switch (who) {
    case SLOTS_SUSPENDED:
        return atomic_load(&slot->suspended) != 0;
    case SLOTS_POLLING:
        return atomic_load(&slot->polls) != 0;
    case SLOTS_OWED:
        return atomic_load(&slot->owed) != 0;
    default:
        return true;
    }
}

void slots_tell(struct generation *g, enum slots_who who)
{
    struct procfs_stat p;

    generation_attention(g, 0, 0);
    for (unsigned i = 0; i < slots_used(g); i++)
        if (is_meant(&g->page->slots[i], who) && slot_owner(g, i, &p))
            tree_tell(&p, RESERVED_SIGNAL);
}

void slots_tell_one(struct generation *g, pid_t pid)
{
    struct procfs_stat p;

    for (unsigned i = 0; i < slots_used(g); i++)
        if (atomic_load(&g->page->slots[i].pid) == pid && slot_owner(g, i, &p))
            tree_tell(&p, RESERVED_SIGNAL);
}

void slots_tell_unnamed(const struct generation *g, int64_t before)
{
    const struct tree *t = &g->tree;

    for (size_t i = 0; i < t->n; i++) {
        const struct procfs_stat *p = &t->proc[i];

        if (p->state != '?' && (int64_t)started(p) < before && !slots_find(g, p->pid) &&
            procfs_has_open(p->pid, t->dev, t->ino) == 1)
            tree_tell(p, RESERVED_SIGNAL);
    }
}

unsigned slots_list(struct generation *g, int32_t *pids, unsigned room)
{
    struct procfs_stat p;
    unsigned n = 0;

    for (unsigned i = 0; i < slots_used(g) && n < room; i++)
        if (slot_owner(g, i, &p))
            pids[n++] = p.pid;
    return n;
}

const struct page_slot *slots_find(const struct generation *g, pid_t pid)
{
    const struct page_slot *found = NULL;

    for (unsigned i = 0; i < slots_used(g); i++) {
        const struct page_slot *slot = &g->page->slots[i];

        if (atomic_load(&slot->pid) == pid && (!found || !atomic_load(&slot->away)))
            found = slot;
    }
    return found;
}

uint64_t slots_sum(const struct generation *g)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < slots_used(g); i++)
        sum = sum * 31 + slot_key(&g->page->slots[i]);
    return sum;
}

bool slots_bystander(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && atomic_load(&slot->bystander);
}

bool slots_takes_part(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && !atomic_load(&slot->away) && !atomic_load(&slot->bystander);
}

void slots_dismiss(struct generation *g, const struct procfs_stat *p)
{
    for (unsigned i = 0; i < slots_used(g); i++)
        if (atomic_load(&g->page->slots[i].pid) == p->pid)
            atomic_store(&g->page->slots[i].left, 1);
    tree_tell(p, RESERVED_SIGNAL);
}

static enum tree_hint hint_in(const struct generation *g, pid_t pid)
{
    if (!slots_find(g, pid))
        return TREE_UNNAMED;
    return slots_bystander(g, pid) ? TREE_BYSTANDER : TREE_NAMED;
}

enum tree_hint slots_hint(const struct tree *t, const struct procfs_stat *p)
{
    const struct generation *g =
        (const void *)((const char *)t - offsetof(struct generation, tree));
    enum tree_hint hint = hint_in(g, p->pid);
    const struct generation *other;

    if (is_excluded(p->pid)) /* between fork and exec it has all that we have */
        return TREE_TAKEN;
    TAILQ_FOREACH (other, &generation_list, link) {
        if (other == g)
            continue;
        if ((other->main == p->pid && !other->exited) || tree_knows(&other->tree, p))
            return TREE_TAKEN;
        if (hint == TREE_NAMED && slots_find(other, p->pid))
            hint = TREE_UNNAMED;
    }
    return hint;
}
