/* SPDX-License-Identifier: ISC */
#include "listener/transient.h"

#include <time.h>

#include "process/fdtab.h"
#include "process/self.h"

enum { TRANSIENT_MS = 1000, ENOUGH = 4 };

static uint32_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return (uint32_t)(ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* What a server tries while it starts is no habit; what it opens while it drains is its own anyway,
 * where the address is not its successor's. */
static bool serving(void)
{
    return !(self_attention() & (ATTENTION_STARTING | ATTENTION_DRAINING));
}

void transient_begin(int index)
{
    atomic_store(&self.page->listeners[index].since, now_ms());
}

void transient_end(int index)
{
    struct page_listener *entry = &self.page->listeners[index];
    _Atomic uint32_t *count = &self.page->transient[page_bucket(atomic_load(&entry->key))];

    if (serving() && now_ms() - atomic_load(&entry->since) < TRANSIENT_MS)
        atomic_fetch_add(count, 1);
}

/* A member of a group gets its share of all connections, and a path is looked for by others. */
static bool can_be(const struct address *a)
{
    return a->type == SOCK_STREAM && a->family != AF_UNIX && !a->reuseport;
}

bool transient_expected(int fd, const struct address *a, uint64_t key)
{
    unsigned bucket = page_bucket(key);

    if (key == 0 || !serving() || !can_be(a) || atomic_load(&self.page->transient[bucket]) < ENOUGH)
        return false;
    fdtab_set_index(fd, (int)bucket);
    fdtab_set(fd, FD_TRANSIENT);
    return true;
}

bool transient_refuted(int fd)
{
    uint8_t known = fdtab_get(fd);

    if ((known & FD_KIND) != FD_TRANSIENT)
        return false;
    fdtab_set_flag(fd, FD_WAITED, true);
    if (!(known & FD_WAITED))
        return false;
    atomic_store(&self.page->transient[fdtab_index(fd) % PAGE_COUNTERS], 0);
    return true;
}
