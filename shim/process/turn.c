/* SPDX-License-Identifier: ISC */
#include "process/turn.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

enum { WAIT_ROUNDS = 10000 };

static atomic_bool running;

bool turn_take(void)
{
    return !atomic_exchange(&running, true);
}

void turn_give(void)
{
    atomic_store(&running, false);
}

/* What a child of fork() writes to is copied. */
void turn_reset(void)
{
    if (atomic_load(&running))
        atomic_store(&running, false);
}

bool turn_wait_for(void)
{
    int saved = errno;
    bool taken = turn_take();

    for (int i = 0; i < WAIT_ROUNDS && !taken; i++) {
        sched_yield();
        taken = turn_take();
    }
    errno = saved;
    return taken;
}

void turn_wait(void)
{
    int saved = errno;

    for (int i = 0; i < WAIT_ROUNDS && atomic_load(&running); i++)
        sched_yield();
    errno = saved;
}
