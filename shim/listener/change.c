/* SPDX-License-Identifier: ISC */
#include "listener/change.h"

#include <sys/syscall.h>
#include <linux/futex.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "libc/real.h"

static _Atomic uint32_t changes;  /* what the threads sleep on */
static _Atomic unsigned sleepers; /* so many, and those that were cancelled there */

uint32_t change_count(void)
{
    return atomic_load(&changes);
}

long change_wait(uint32_t seen, const struct timespec *timeout)
{
    int type, ignored;
    long r;

    atomic_fetch_add(&sleepers, 1);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    r = real.syscall(SYS_futex, (long)&changes, FUTEX_WAIT_PRIVATE, seen, (long)timeout, 0, 0);
    pthread_setcanceltype(type, &ignored);
    atomic_fetch_sub(&sleepers, 1);
    return r;
}

/* No call for nothing: a sandbox may forbid it. */
void change_tell(void)
{
    atomic_fetch_add(&changes, 1);
    if (atomic_load(&sleepers) > 0)
        real.syscall(SYS_futex, (long)&changes, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
}
