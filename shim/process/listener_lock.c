/* SPDX-License-Identifier: ISC */
#include "process/listener_lock.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

enum { WAIT_ROUNDS = 10000 };

static atomic_bool running;

bool listener_lock_try(void)
{
    return !atomic_exchange(&running, true);
}

void listener_lock_release(void)
{
    atomic_store(&running, false);
}

/* What a child of fork() writes to is copied. */
void listener_lock_reset(void)
{
    if (atomic_load(&running))
        atomic_store(&running, false);
}

bool listener_lock_take(void)
{
    int saved = errno;
    bool taken = listener_lock_try();

    for (int i = 0; i < WAIT_ROUNDS && !taken; i++) {
        sched_yield();
        taken = listener_lock_try();
    }
    errno = saved;
    return taken;
}

void listener_lock_wait(void)
{
    if (listener_lock_take())
        listener_lock_release();
}
