/* SPDX-License-Identifier: ISC */
#include "listener/drain.h"

#include <errno.h>
#include <stdbool.h>

#include "listener/descriptors.h"
#include "listener/replace.h"
#include "process/connections.h"
#include "process/listener_lock.h"
#include "process/self.h"
#include "process/waiters.h"

void drain_run(void)
{
    int saved = errno;
    bool replaced;

    if (!(self_attention() & ATTENTION_DRAINING) || !listener_lock_try())
        return;
    replaced = replace_all();
    if (atomic_load(&self.slot->drained)) {
        descriptors_verify();
        connections_recount();
    } else if (replaced) {
        atomic_store(&self.slot->drained, 1);
    }
    waiters_kick();
    listener_lock_release();
    self_ring();
    errno = saved;
}
