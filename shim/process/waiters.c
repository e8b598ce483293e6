/* SPDX-License-Identifier: ISC */
#include "process/waiters.h"

#include <sys/syscall.h>
#include <sys/types.h>
#include <linux/futex.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/guest.h"
#include "protocol/signals.h"

enum {
    MOST = 1024,
    HIDES = 1 << 30, /* beside the number of the thread */
};

static _Atomic pid_t threads[MOST];
static _Atomic unsigned hint;
static _Atomic int reach; /* no place from here on was ever taken: most processes touch none */

static _Atomic uint32_t woken;    /* what the others sleep on */
static _Atomic unsigned sleepers; /* so many, and those that were cancelled there */

static void raise_reach(int to)
{
    int have = atomic_load(&reach);

    while (have < to && !atomic_compare_exchange_weak(&reach, &have, to))
        ;
}

/* A thread cancelled inside accept() never left. */
static bool is_free(pid_t had)
{
    pid_t tid = had & ~HIDES;

    return tid == 0 || (tgkill(memory_owner, tid, 0) < 0 && errno == ESRCH);
}

int waiters_enter(bool hides)
{
    pid_t me = gettid();

    for (int tries = 0; tries < MOST; tries++) {
        unsigned i = (atomic_load(&hint) + (unsigned)tries) % MOST;
        pid_t had = atomic_load(&threads[i]);

        raise_reach((int)i + 1); /* first, for who looks for us goes so far */
        if (((had & ~HIDES) == me || is_free(had)) &&
            atomic_compare_exchange_strong(&threads[i], &had, hides ? me | HIDES : me)) {
            atomic_store(&hint, i);
            return (int)i;
        }
    }
    return -1;
}

void waiters_leave(int ticket)
{
    if (ticket >= 0) {
        atomic_store(&threads[ticket], 0);
        atomic_store(&hint, (unsigned)ticket);
    }
}

uint32_t waiters_woken(void)
{
    return atomic_load(&woken);
}

long waiters_sleep(uint32_t seen, const struct timespec *timeout)
{
    int type, ignored;
    long r;

    atomic_fetch_add(&sleepers, 1);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    r = real.syscall(SYS_futex, (long)&woken, FUTEX_WAIT_PRIVATE, seen, (long)timeout, 0, 0);
    pthread_setcanceltype(type, &ignored);
    atomic_fetch_sub(&sleepers, 1);
    return r;
}

/* No call for nothing: a sandbox may forbid it. */
void waiters_wake(void)
{
    atomic_fetch_add(&woken, 1);
    if (atomic_load(&sleepers) > 0)
        real.syscall(SYS_futex, (long)&woken, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
}

void waiters_kick(void)
{
    pid_t me = gettid();

    waiters_wake();
    for (int i = 0, n = atomic_load(&reach); i < n; i++) {
        pid_t tid = atomic_load(&threads[i]) & ~HIDES;

        if (tid != 0 && tid != me)
            tgkill(memory_owner, tid, RESERVED_SIGNAL);
    }
}

bool waiters_any_hides(void)
{
    pid_t me = gettid();

    for (int i = 0, n = atomic_load(&reach); i < n; i++) {
        pid_t had = atomic_load(&threads[i]);

        if ((had & HIDES) && (had == (me | HIDES) || !is_free(had)))
            return true;
    }
    return false;
}

void waiters_reset(void)
{
    for (int i = 0, n = atomic_load(&reach); i < n; i++)
        atomic_store_explicit(&threads[i], 0, memory_order_relaxed);
}
