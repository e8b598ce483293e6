/* SPDX-License-Identifier: ISC */
#include "turn.h"

#include <sys/types.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { WAIT_ROUNDS = 10000 };

static _Atomic pid_t running; /* thread that is at it */

bool turn_take(void)
{
    pid_t nobody = 0;

    return atomic_compare_exchange_strong(&running, &nobody, gettid());
}

void turn_give(void)
{
    atomic_store(&running, 0);
}

void turn_reset(void)
{
    atomic_store(&running, 0);
}

void turn_wait(void)
{
    int saved = errno;

    for (int i = 0; i < WAIT_ROUNDS && atomic_load(&running) != 0; i++)
        sched_yield();
    errno = saved;
}
