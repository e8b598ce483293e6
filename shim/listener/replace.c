/* SPDX-License-Identifier: ISC */
#include "listener/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libc/real.h"
#include "listener/closed.h"
#include "listener/nonblock.h"
#include "listener/placeholder.h"
#include "listener/state.h"
#include "listener/suspend.h"
#include "process/epolls.h"
#include "process/fdtab.h"
#include "process/listener_lock.h"
#include "process/queues.h"
#include "process/self.h"
#include "process/taken.h"
#include "process/timeouts.h"
#include "process/waiters.h"

static bool put(int with, int fd)
{
    long cloexec = real.fcntl(fd, F_GETFD, NULL);

    timeouts_keep(fd);
    return real.dup3(with, fd, cloexec & FD_CLOEXEC ? O_CLOEXEC : 0) >= 0;
}

/* The order is the kernel's demand: once the number is replaced the old file can't be removed.  A
 * close() waits for that, but not for ever: then the number is no longer ours. */
bool replace_fd(int fd, int with)
{
    enum fd_kind was = fdtab_kind(fd);
    int saved = errno;
    bool done;

    epolls_detach(fd);
    done = fdtab_kind(fd) == was && put(with, fd);
    if (done)
        fdtab_turn(fd, was, FD_PLACEHOLDER);
    epolls_attach(fd);
    errno = saved;
    return done;
}

/* False where there is no placeholder. */
static bool replace_listener(int fd)
{
    struct address a;
    int with;

    if ((atomic_load(self_listener_flags(fdtab_index(fd))) & LISTENER_STAYS) ||
        suspend_for_good(fd))
        return true;
    with = address_of_socket(&a, fd) ? placeholder_fd(a.family, a.type) : -1;
    if (with < 0 || !replace_fd(fd, with))
        return false;
    queues_leave(fdtab_index(fd));
    return true;
}

bool replace_all(void)
{
    bool done = true;

    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        done &= replace_listener(fd);
    return done;
}

void replace_settle(int fd)
{
    int saved = errno;
    bool mine;

    /* the handler that drains looks for listeners after this bit is set */
    if (!(atomic_load(&self.page->attention) & ATTENTION_DRAINING))
        return;
    mine = listener_lock_take();
    if (fdtab_is(fd, FDS_LISTENING))
        replace_listener(fd);
    if (mine)
        listener_lock_release();
    errno = saved;
}

void replace_prepare(int fd, const struct address *a)
{
    int r = placeholder_prepare(a->family, a->type);

    atomic_store(&self.page->served, 1);
    if (r < 0)
        self_note("a restart will cut connections, no dummy socket: ", strerrorname_np(-r));
    replace_settle(fd);
}

bool replace_late(int fd, const struct address *a)
{
    bool nonblock = nonblock_is_set(fd);

    if (placeholder_prepare(a->family, a->type) < 0 || !put(placeholder_fd(a->family, a->type), fd))
        return false;
    fdtab_set(fd, (uint8_t)(FD_PLACEHOLDER | (nonblock ? FD_NONBLOCK : 0)));
    return true;
}

/* Another generation serves it, too, or is about to; or it is the placeholder of all listeners. */
static bool is_shared(int fd)
{
    return self_shares() || suspend_applies(fd);
}

/* Who waits in poll() or select() stays with the socket that the other one goes on with. */
static int shutdown_here(int fd, int how)
{
    struct address a;
    int dead = address_of_socket(&a, fd) ? placeholder_dead(a.family, a.type) : -1;
    bool mine;

    if (dead < 0)
        return 0;
    if (!(fdtab_get(fd) & FD_NONBLOCK))
        real.fcntl(dead, F_SETFL, NULL);
    if (fdtab_is(fd, FDS_LISTENING))
        closed_note(fdtab_index(fd));
    /* a handler in between would put the placeholder of all listeners there, to be shut down */
    mine = listener_lock_take();
    if (replace_fd(fd, dead)) {
        fdtab_set(fd, FD_NONE);
        taken_forget(fd);
        real.shutdown(fd, how);
        waiters_kick();
    }
    if (mine)
        listener_lock_release();
    real.close(dead);
    return 0;
}

int replace_shutdown(int fd, int how)
{
    int r;

    if (is_shared(fd))
        return shutdown_here(fd, how);
    r = real.shutdown(fd, how);
    if (r == 0 && !(fdtab_get(fd) & FD_DATAGRAM)) {
        fdtab_set(fd, FD_NONE);
        taken_forget(fd);
        closed_note(fdtab_index(fd));
    }
    return r;
}
