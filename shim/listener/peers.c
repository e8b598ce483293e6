/* SPDX-License-Identifier: ISC */
#include "listener/peers.h"

#include <sys/socket.h>
#include <errno.h>

#include "process/connections.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/readable.h"
#include "process/self.h"

/* It comes again and again, and a page has room for thousands. */
static _Atomic int32_t last_member;

static bool is_member(int32_t pid)
{
    if (pid != atomic_load(&last_member) && !page_has_process(self.page, pid))
        return false;
    atomic_store(&last_member, pid);
    return true;
}

/* A process in a sandbox that it has made itself asks for nothing that it did not ask for before
 * (tor's ends it for this option). */
static bool is_inside(int connection)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    return !readable_confined() && !self.elsewhere &&
           getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.pid > 0 &&
           is_member(peer.pid);
}

void peers_note(int fd, int connection)
{
    _Atomic uint32_t *flags;
    int saved = errno;

    if (!fdtab_is(fd, FDS_LISTENING) || guest_is_running())
        return;
    flags = self_listener_flags(fdtab_index(fd));
    if ((atomic_load(flags) & (LISTENER_LOCAL | LISTENER_PUBLIC)) != LISTENER_LOCAL)
        return;
    if (is_inside(connection)) {
        atomic_fetch_or(flags, LISTENER_INSIDE);
        connections_disown(connection);
    } else {
        atomic_fetch_or(flags, LISTENER_PUBLIC);
    }
    errno = saved;
}
