/* SPDX-License-Identifier: ISC */
#include "listener/announce.h"

#include <errno.h>
#include <stdbool.h>

#include "process/fdtab.h"
#include "process/self.h"
#include "protocol/message.h"

static _Atomic bool owes; /* some listener here is marked */

static _Atomic uint32_t *flags_of(int index)
{
    return &self.page->listeners[index].flags;
}

/* False: later. */
static bool send_copy(int fd, int index)
{
    struct message m = {.version = MESSAGE_VERSION,
                        .type = MESSAGE_LISTEN,
                        .index = (uint32_t)index,
                        .pid = self_pid()};
    int r = message_try(self.fds.control, &m, fd);

    if (r == -EAGAIN)
        return false;
    if (r < 0)
        self_incomplete();
    return true;
}

/* A queue that is full for one is full for all. */
static bool send_marked(void)
{
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING)) {
        int index = fdtab_index(fd);

        if (!(atomic_load(flags_of(index)) & LISTENER_UNSENT))
            continue;
        if (!send_copy(fd, index))
            return false;
        atomic_fetch_and(flags_of(index), ~(uint32_t)LISTENER_UNSENT);
    }
    return true;
}

void announce_rest(void)
{
    int saved = errno;

    if (atomic_load(&owes) && send_marked())
        atomic_store(&owes, false);
    errno = saved;
}

void announce_listener(int fd, int index)
{
    announce_rest();
    if (!atomic_load(&owes) && send_copy(fd, index))
        return;
    atomic_fetch_or(flags_of(index), LISTENER_UNSENT);
    atomic_store(&owes, true);
}
