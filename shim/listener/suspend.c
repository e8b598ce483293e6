/* SPDX-License-Identifier: ISC */
#include "listener/suspend.h"

#include <sys/syscall.h>
#include <linux/futex.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>

#include "libc/real.h"
#include "process/listener_lock.h"
#include "process/registrations.h"
#include "process/self.h"
#include "process/waiters.h"
#include "wait/blocking.h"
#include "wait/waits.h"

bool suspend_any;

static _Atomic uint32_t changes;  /* what the threads in suspend_wait() sleep on */
static _Atomic unsigned sleepers; /* so many, and those that were cancelled there */

/* A process without a slot is never told, so it can't be held back. */
bool suspend_requested(void)
{
    return (atomic_load(&self.page->attention) & ATTENTION_SUSPENDED) &&
           atomic_load(&self.slot->pid) != 0;
}

static bool may_hear(void)
{
    return !suspend_requested() && !(self_attention() & ATTENTION_DRAINING);
}

void suspend_begin(void)
{
    suspend_any = true;
    atomic_store(&self.slot->suspended, 1);
}

void suspend_settle(void)
{
    if (!may_hear())
        return;
    listener_lock_wait();
    suspend_resume();
}

bool suspend_for_good(int fd)
{
    if (!(fdtab_get(fd) & FD_DATAGRAM))
        return false;
    suspend_any = true;
    fdtab_turn(fd, FD_LISTENER, FD_SUSPENDED);
    registrations_detach(fd);
    return true;
}

/* A cancellation point, as the call is that it stands for. */
static long futex_wait(uint32_t seen, const struct timespec *timeout)
{
    int type, ignored;
    long r;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    r = real.syscall(SYS_futex, (long)&changes, FUTEX_WAIT_PRIVATE, seen, (long)timeout, 0, 0);
    pthread_setcanceltype(type, &ignored);
    return r;
}

/* A sleep without limit is restarted by the kernel, or ended as the call would be. */
static bool goes_on(struct wait *w, const struct timespec *left)
{
    return left && (waits_again(w, -1) || (w->endless && blocking_goes_on()));
}

/* Deaf, or a dummy: nothing arrives until the number is something else. */
static bool is_silent(int fd)
{
    return suspend_applies(fd) || fdtab_kind(fd) == FD_PLACEHOLDER;
}

/* By the sandbox of a server that has no threads. */
static bool is_refused(int error)
{
    return error != EAGAIN && error != EINTR && error != ETIMEDOUT;
}

/* Not a wait that a signal ends: one that came just before it would be lost. */
static int sleep_on(int fd)
{
    const struct timespec *left;
    struct wait w;
    long r;

    waits_begin_receiving(&w, fd);
    for (;;) {
        uint32_t seen = atomic_load(&changes);

        if (!is_silent(fd))
            return 0;
        left = waits_left(&w);
        r = futex_wait(seen, left);
        if (r < 0 && errno == ETIMEDOUT && !waits_again(&w, 0)) {
            errno = EAGAIN;
            return -1;
        }
        if (r < 0 && errno == EINTR && !goes_on(&w, left))
            return -1;
        if (r < 0 && is_refused(errno))
            return blocking_wait(fd, &w);
    }
}

int suspend_wait(int fd)
{
    int r;

    atomic_fetch_add(&sleepers, 1);
    r = sleep_on(fd);
    atomic_fetch_sub(&sleepers, 1);
    return r;
}

/* No call for nothing: a sandbox may forbid it. */
void suspend_wake(void)
{
    atomic_fetch_add(&changes, 1);
    if (atomic_load(&sleepers) > 0)
        real.syscall(SYS_futex, (long)&changes, FUTEX_WAKE_PRIVATE, INT_MAX, 0, 0, 0);
}

/* The kind first: who is woken by an epoll finds what it was told of. */
static void let_go(int fd)
{
    if (fdtab_turn(fd, FD_SUSPENDED, FD_LISTENER))
        registrations_attach(fd);
}

static void hear(void)
{
    suspend_any = false;
    atomic_store(&self.slot->suspended, 0);
    self_ring();
}

void suspend_resume(void)
{
    int saved = errno;

    if (!atomic_load(&self.slot->suspended) || !may_hear() || !listener_lock_try())
        return;
    for (int fd = fdtab_next(0, FD_SUSPENDED); fd >= 0; fd = fdtab_next(fd + 1, FD_SUSPENDED))
        let_go(fd);
    suspend_wake();
    listener_lock_release();
    if (waiters_filter())
        waiters_kick();
    else
        hear();
    errno = saved;
}

bool suspend_look(void)
{
    struct pollfd p = {.fd = self.control};
    int saved = errno;

    if (real.poll(&p, 1, 0) > 0 && (p.revents & POLLHUP)) {
        atomic_fetch_and(&self.page->attention, ~(uint32_t)ATTENTION_SUSPENDED);
        suspend_resume();
    }
    errno = saved;
    return suspend_requested();
}

void suspend_waited(void)
{
    int saved = errno;

    if (atomic_load(&self.slot->suspended) && may_hear() && fdtab_next(0, FD_SUSPENDED) < 0 &&
        !waiters_filter())
        hear();
    errno = saved;
}

void suspend_join(void)
{
    if (!suspend_any || (self_attention() & ATTENTION_DRAINING))
        return;
    atomic_store(&self.slot->suspended, 1);
    suspend_resume();
}
