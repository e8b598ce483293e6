/* SPDX-License-Identifier: ISC */
#include "entry/fork.h"

#include <unistd.h>

#include "exec/inject.h"
#include "exec/recovery.h"
#include "exec/system.h"
#include "listener/drain.h"
#include "listener/suspend.h"
#include "listener/take.h"
#include "process/bystander.h"
#include "process/claims.h"
#include "process/connections.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/self.h"
#include "process/waiters.h"
#include "stream/observe.h"

void fork_prepare(void)
{
    connections_forking();
}

void fork_child(void)
{
    memory_owner = getpid();
    if (!self.on)
        return;
    inject_forked();
    recovery_begin();
    waiters_reset();
    listener_lock_reset();
    system_reset();
    self_join();
    claims_forked();
    take_forget();
    connections_forked();
    connections_join();
    if (bystander_has_left())
        return;
    observe_look();
    drain_run();
    suspend_join();
}
