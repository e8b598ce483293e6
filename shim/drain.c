/* SPDX-License-Identifier: ISC */
#include "drain.h"

#include <errno.h>
#include <stdbool.h>

#include "acceptors.h"
#include "conns.h"
#include "deaf.h"
#include "fds.h"
#include "listener.h"
#include "shim.h"
#include "turn.h"

static bool mute(enum fd_kind kind)
{
    bool done = true;

    for (int fd = fdtab_next(0, kind); fd >= 0; fd = fdtab_next(fd + 1, kind))
        done &= listener_mute(fd);
    return done;
}

void drain_run(void)
{
    int saved = errno;

    if (!(shim_attention() & ATTENTION_DRAINING) || !turn_take())
        return;
    if (atomic_load(&shim.slot->drained)) {
        fds_verify();
        conns_recount();
    } else if (mute(FD_LISTENER) & mute(FD_DEAF)) {
        atomic_store(&shim.slot->drained, 1);
    }
    deaf_wake();
    acceptors_kick();
    turn_give();
    shim_ring();
    errno = saved;
}
