/* SPDX-License-Identifier: ISC */
#include "listener/suspend.h"

#include <errno.h>

#include "process/epolls.h"
#include "process/listener_lock.h"
#include "process/self.h"
#include "process/waiters.h"

bool suspend_any;

/* A process without a slot is never told, so it can't be suspended. */
bool suspend_requested(void)
{
    return (atomic_load(&self.page->attention) & ATTENTION_SUSPENDED) &&
           atomic_load(&self.slot->pid) != 0;
}

static bool may_resume(void)
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
    if (!may_resume())
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
    epolls_detach(fd);
    return true;
}

/* The kind first: who is woken by an epoll finds what it was told of. */
static void resume(int fd)
{
    if (fdtab_turn(fd, FD_SUSPENDED, FD_LISTENER))
        epolls_attach(fd);
}

static void resumed(void)
{
    suspend_any = false;
    atomic_store(&self.slot->suspended, 0);
    self_ring();
}

void suspend_resume(void)
{
    int saved = errno;

    if (!atomic_load(&self.slot->suspended) || !may_resume() || !listener_lock_try())
        return;
    for (int fd = fdtab_next(0, 1 << FD_SUSPENDED); fd >= 0;
         fd = fdtab_next(fd + 1, 1 << FD_SUSPENDED))
        resume(fd);
    waiters_wake();
    listener_lock_release();
    if (waiters_any_hides())
        waiters_kick();
    else
        resumed();
    errno = saved;
}

bool suspend_look(void)
{
    int saved = errno;

    if (self_is_orphan()) {
        atomic_fetch_and(&self.page->attention, ~(uint32_t)ATTENTION_SUSPENDED);
        suspend_resume();
    }
    errno = saved;
    return suspend_requested();
}

void suspend_waited(void)
{
    int saved = errno;

    if (atomic_load(&self.slot->suspended) && may_resume() &&
        fdtab_next(0, 1 << FD_SUSPENDED) < 0 && !waiters_any_hides())
        resumed();
    errno = saved;
}

void suspend_join(void)
{
    if (!suspend_any || (self_attention() & ATTENTION_DRAINING))
        return;
    atomic_store(&self.slot->suspended, 1);
    suspend_resume();
}
