/* SPDX-License-Identifier: ISC */
#include "process/fdtab.h"

_Atomic uint8_t fdtab[FDTAB_SIZE] __attribute__((aligned(8)));

static uint16_t listener_index[FDTAB_SIZE];
_Atomic int fdtab_highest = -1;

bool fdtab_raise(int fd)
{
    int have = atomic_load_explicit(&fdtab_highest, memory_order_relaxed);

    if ((unsigned)fd >= FDTAB_SIZE)
        return false;
    while (have < fd && !atomic_compare_exchange_weak(&fdtab_highest, &have, fd))
        ;
    return true;
}

uint8_t fdtab_set(int fd, uint8_t value)
{
    if ((unsigned)fd >= FDTAB_SIZE)
        return 0;
    if (value != FD_NONE)
        fdtab_raise(fd);
    return fdtab_exchange(fd, value);
}

bool fdtab_turn(int fd, enum fd_kind from, enum fd_kind to)
{
    uint8_t was = fdtab_get(fd);

    while ((was & FD_KIND) == from)
        if (atomic_compare_exchange_weak(&fdtab[fd], &was, (uint8_t)((was & ~FD_KIND) | to)))
            return true;
    return false;
}

bool fdtab_set_flag(int fd, uint8_t flag, bool on)
{
    uint8_t was;

    if ((unsigned)fd >= FDTAB_SIZE)
        return false;
    was = on ? atomic_fetch_or(&fdtab[fd], flag) : atomic_fetch_and(&fdtab[fd], (uint8_t)~flag);
    return (was & flag) != 0;
}

/* What the shim has for itself lies above a thousand numbers that nobody uses: eight at a time. */
static bool eight_are_none(int fd)
{
    typedef uint64_t __attribute__((may_alias)) eight;

    return fd % 8 == 0 && __atomic_load_n((const eight *)&fdtab[fd], __ATOMIC_RELAXED) == 0;
}

int fdtab_next(int from, unsigned kinds)
{
    int end = atomic_load(&fdtab_highest);

    for (int fd = from < 0 ? 0 : from; fd <= end; fd++)
        if (eight_are_none(fd))
            fd += 7;
        else if (fdtab_is(fd, kinds))
            return fd;
    return -1;
}

unsigned fdtab_count(unsigned kinds)
{
    unsigned n = 0;

    for (int fd = fdtab_next(0, kinds); fd >= 0; fd = fdtab_next(fd + 1, kinds))
        n++;
    return n;
}

int fdtab_index(int fd)
{
    return (unsigned)fd < FDTAB_SIZE ? listener_index[fd] : 0;
}

void fdtab_set_index(int fd, int index)
{
    if ((unsigned)fd < FDTAB_SIZE)
        listener_index[fd] = (uint16_t)index;
}
