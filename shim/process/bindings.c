/* SPDX-License-Identifier: ISC */
#include "process/bindings.h"

#include <stdatomic.h>
#include <stddef.h>

enum { REMEMBERED = 64 };

static struct entry {
    int fd;
    _Atomic uint64_t key; /* 0: free */
} entries[REMEMBERED];
static _Atomic unsigned next;
static _Atomic uint64_t maybe; /* by number modulo 64: most are not here, and that is soon known */

static uint64_t bit(int fd)
{
    return UINT64_C(1) << ((unsigned)fd % 64);
}

/* The youngest with this number. */
static struct entry *find(int fd)
{
    unsigned end = atomic_load(&next);

    if (!(atomic_load(&maybe) & bit(fd)))
        return NULL;
    for (unsigned i = 1; i <= REMEMBERED; i++) {
        struct entry *e = &entries[(end - i) % REMEMBERED];

        if (e->fd == fd && atomic_load(&e->key) != 0)
            return e;
    }
    return NULL;
}

void bindings_remember(int fd, uint64_t key)
{
    struct entry *e = find(fd);

    if (!e)
        e = &entries[atomic_fetch_add(&next, 1) % REMEMBERED];
    e->fd = fd;
    atomic_store(&e->key, key);
    atomic_fetch_or(&maybe, bit(fd));
}

uint64_t bindings_key(int fd)
{
    struct entry *e = find(fd);

    return e ? atomic_load(&e->key) : 0;
}

int bindings_fd(uint64_t key)
{
    for (unsigned i = 0; i < REMEMBERED; i++)
        if (atomic_load(&entries[i].key) == key)
            return entries[i].fd;
    return -1;
}

void bindings_forget(int fd)
{
    struct entry *e = find(fd);

    if (e)
        atomic_store(&e->key, 0);
}
