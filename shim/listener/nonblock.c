/* SPDX-License-Identifier: ISC */
#include "listener/nonblock.h"

#include <fcntl.h>

#include "libc/real.h"
#include "listener/suspend.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "process/taken.h"

bool nonblock_any_blocking;

bool nonblock_is_set(int fd)
{
    return (real.fcntl(fd, F_GETFL, NULL) & O_NONBLOCK) != 0;
}

static void set_flag(int fd, bool on)
{
    long flags = real.fcntl(fd, F_GETFL, NULL);

    if (flags >= 0 && ((flags & O_NONBLOCK) != 0) != on)
        real.fcntl(fd, F_SETFL, (void *)(flags ^ O_NONBLOCK));
}

/* The wait calls have to mark what they report from now on. */
static void note_blocking(void)
{
    static const _Atomic uint32_t always = 1;

    nonblock_any_blocking = true;
    self.slow = &always;
}

void nonblock_believed(int index, bool on)
{
    _Atomic uint32_t *flags = self_listener_flags(index);

    if (on) {
        atomic_fetch_or(flags, LISTENER_NONBLOCK);
    } else {
        atomic_fetch_and(flags, ~(uint32_t)LISTENER_NONBLOCK);
        note_blocking();
    }
}

void nonblock_apply(int fd, bool nonblock)
{
    bool shared = self_shares();

    if (nonblock || !shared)
        set_flag(fd, nonblock);
    if (!nonblock && !shared && self_shares())
        set_flag(fd, true); /* an overlap has begun, and the supervisor had set it before */
}

void nonblock_force(int fd)
{
    set_flag(fd, true);
}

/* While something is kept for it, accept() is not plainly the kernel's. */
void nonblock_set(int fd, bool on)
{
    if (on && taken_any())
        fdtab_set_flag(fd, FD_WAITED, false);
    fdtab_set_flag(fd, FD_NONBLOCK, on);
    if (!fdtab_is(fd, FDS_LISTENING) ||
        (suspend_applies(fd) && (self_attention() & ATTENTION_DRAINING)))
        return;
    nonblock_believed(fdtab_index(fd), on);
    nonblock_apply(fd, on);
}
