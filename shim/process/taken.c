/* SPDX-License-Identifier: ISC */
#include "process/taken.h"

#include <errno.h>
#include <fcntl.h>

#include "libc/real.h"
#include "process/connections.h"
#include "protocol/clock.h"
#include "protocol/handoff.h"

enum {
    MOST = 64,
    LONG_MS = 200, /* the thread that was told is busy, or has ended */
};

enum { EMPTY, CLAIMED, KEPT };

static struct taken table[MOST];
static _Atomic bool used; /* most processes touch none of it */
_Atomic unsigned taken_count;

_Thread_local uint64_t taken_told;

static uintptr_t this_thread(void)
{
    return (uintptr_t)&taken_told;
}

struct taken *taken_new(void)
{
    atomic_store(&used, true);
    for (int i = 0; i < MOST; i++) {
        int empty = EMPTY;

        if (atomic_compare_exchange_strong(&table[i].state, &empty, CLAIMED)) {
            table[i].fd = -1;
            return &table[i];
        }
    }
    return NULL;
}

static void keep(struct taken *t)
{
    atomic_fetch_add(&taken_count, 1);
    atomic_store(&t->state, KEPT);
}

static bool claim(struct taken *t)
{
    int kept = KEPT;

    if (!atomic_compare_exchange_strong(&t->state, &kept, CLAIMED))
        return false;
    atomic_fetch_sub(&taken_count, 1);
    return true;
}

void taken_keep(struct taken *t, int listener, int fd, bool told)
{
    t->listener = listener;
    t->fd = fd;
    atomic_store(&t->told, told ? this_thread() : 0);
    atomic_store(&t->since, clock_ms());
    keep(t);
}

static bool is_from(const struct taken *t, int listener)
{
    return atomic_load(&t->state) == KEPT && t->listener == listener;
}

/* Is it this thread's, or nobody's? */
static bool is_ours(const struct taken *t)
{
    uintptr_t told = atomic_load(&t->told);

    return told == 0 || told == this_thread();
}

static bool is_due(const struct taken *t)
{
    return is_ours(t) || clock_ms() - atomic_load(&t->since) >= LONG_MS;
}

static struct taken *find_due(int listener)
{
    for (struct taken *t = table; taken_any() && t < table + MOST; t++)
        if (is_from(t, listener) && is_due(t))
            return t;
    return NULL;
}

bool taken_is_due(int listener)
{
    return find_due(listener) != NULL;
}

/* One that another thread is told of in the same moment has its own. */
bool taken_tell(int listener)
{
    struct taken *t = find_due(listener);
    uintptr_t told;

    if (!t)
        return false;
    told = atomic_load(&t->told);
    if (told == this_thread())
        return true;
    atomic_store(&t->since, clock_ms());
    return atomic_compare_exchange_strong(&t->told, &told, this_thread());
}

bool taken_is_new(int listener)
{
    for (const struct taken *t = table; taken_any() && t < table + MOST; t++)
        if (is_from(t, listener) && atomic_load(&t->told) == 0)
            return true;
    return false;
}

int taken_next_due(unsigned *at)
{
    while (taken_any() && *at < MOST) {
        const struct taken *t = &table[(*at)++];

        if (atomic_load(&t->state) == KEPT && is_due(t))
            return t->listener;
    }
    return -1;
}

struct taken *taken_claim(int listener, bool any)
{
    for (struct taken *t = table; taken_any() && t < table + MOST; t++)
        if (is_from(t, listener) && is_ours(t) && claim(t))
            return t;
    for (struct taken *t = table; any && taken_any() && t < table + MOST; t++)
        if (is_from(t, listener) && claim(t))
            return t;
    return NULL;
}

void taken_put_back(struct taken *t)
{
    keep(t);
}

void taken_drop(struct taken *t)
{
    int fd = t->fd;

    t->fd = -1;
    if (fd >= 0) {
        fdtab_set(fd, FD_NONE);
        real.close(fd);
        connections_closed();
    }
    atomic_store(&t->state, EMPTY);
}

void taken_forget(int listener)
{
    int saved = errno;

    for (struct taken *t = table; taken_any() && t < table + MOST; t++)
        if (is_from(t, listener) && claim(t))
            taken_drop(t);
    errno = saved;
}

/* Also what another thread of the parent was just handing out. */
void taken_forget_all(void)
{
    int saved = errno;

    for (struct taken *t = table; atomic_load(&used) && t < table + MOST; t++)
        if (atomic_load_explicit(&t->state, memory_order_relaxed) != EMPTY)
            taken_drop(t);
    atomic_store(&taken_count, 0);
    errno = saved;
}

static void move(struct taken *t)
{
    int high = (int)real.fcntl(t->fd, F_DUPFD_CLOEXEC, (void *)(long)handoff_floor());

    if (high < 0) {
        taken_drop(t);
        return;
    }
    connections_notes[high].accepted = connections_notes[t->fd].accepted;
    fdtab_set(high, FD_TAKEN);
    fdtab_set(t->fd, FD_NONE);
    t->fd = high;
    keep(t);
}

void taken_move(int fd)
{
    for (struct taken *t = table; t < table + MOST; t++)
        if (t->fd == fd && claim(t)) {
            move(t);
            return;
        }
}
