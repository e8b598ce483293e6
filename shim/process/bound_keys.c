/* SPDX-License-Identifier: ISC */
#include "process/bound_keys.h"

#include <stdatomic.h>

enum { NUMBERS = 1 << 16 };

static _Atomic uint64_t keys[NUMBERS]; /* 0: not bound here */
static _Atomic int end;                /* no UNIX socket was bound from here on */

void bound_keys_remember(int fd, uint64_t key, bool local)
{
    int have = atomic_load(&end);

    if ((unsigned)fd >= NUMBERS)
        return;
    atomic_store(&keys[fd], key);
    while (local && have <= fd && !atomic_compare_exchange_weak(&end, &have, fd + 1))
        ;
}

uint64_t bound_keys_get(int fd)
{
    return (unsigned)fd < NUMBERS ? atomic_load_explicit(&keys[fd], memory_order_relaxed) : 0;
}

int bound_keys_fd(uint64_t key)
{
    for (int fd = 0, n = atomic_load(&end); fd < n; fd++)
        if (atomic_load(&keys[fd]) == key)
            return fd;
    return -1;
}

void bound_keys_forget(int fd)
{
    if (bound_keys_get(fd) != 0)
        atomic_store(&keys[fd], 0);
}
