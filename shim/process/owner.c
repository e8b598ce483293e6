/* SPDX-License-Identifier: ISC */
#include "process/owner.h"

#include <pthread.h>
#include <unistd.h>

#include "exec/recovery.h"
#include "exec/system.h"
#include "listener/drain.h"
#include "listener/suspend.h"
#include "process/listener_lock.h"
#include "process/self.h"
#include "process/waiters.h"

pid_t (*real_vfork_target)(void) = fork;
bool owner_vforked;

static pid_t owner;

bool owner_is_borrower(void)
{
    return getpid() != owner;
}

pid_t owner_pid(void)
{
    return owner;
}

void fork_child(void)
{
    owner = getpid();
    if (!self.on)
        return;
    recovery_child();
    waiters_reset();
    listener_lock_reset();
    system_reset();
    self_join();
    drain_run();
    suspend_join();
}

void owner_start(void)
{
    owner = getpid();
    /* also runs for the forks hidden in daemon() and forkpty(), which no hook sees */
    pthread_atfork(NULL, NULL, fork_child);
}
