/* SPDX-License-Identifier: ISC */
/*
 * accept(): mostly the kernel's call and the count.  Where the server believes the listener to be
 * blocking, O_NONBLOCK is set all the same while two generations share it; the call then returns
 * what a wait call has taken for it, waits here, or, told of somebody in vain, gets a client who
 * has left (left.h).
 */
#ifndef GRACE_WAIT_ACCEPT_H
#define GRACE_WAIT_ACCEPT_H

#include <sys/socket.h>
#include <stdbool.h>
#include <time.h>

#include "listener/descriptors.h"
#include "process/connections.h"
#include "process/fdtab.h"
#include "process/self.h"

typedef int accept_call(int fd, struct sockaddr *addr, socklen_t *len, int flags);

/* One real accept(), seen by the supervisor from before the kernel takes the connection. */
static inline int accept_counted(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                 accept_call *call)
{
    int r;

    atomic_fetch_add(&self.slot->accepts, 1);
    r = call(fd, addr, len, flags);
    if (__builtin_expect(r < 0, 0)) {
        atomic_fetch_sub(&self.slot->accepts, 1);
        return r;
    }
    if (fdtab_reaches(r)) {
        uint8_t was = connections_enter(r, (uint32_t)time(NULL));

        if (__builtin_expect(was != FD_NONE, 0))
            descriptors_displaced(r, was);
    }
    atomic_fetch_add(&self.slot->accepts, SLOT_ACCEPTED - 1);
    return r;
}

/* Whatever fd is; `call` is the real one. */
int accept_any(int fd, struct sockaddr *addr, socklen_t *len, int flags, accept_call *call);

/* Is accept() of fd the kernel's call and the count, and nothing else? */
static inline bool accept_is_plain(int fd)
{
    return __builtin_expect(fdtab_get(fd) == (FD_LISTENER | FD_NONBLOCK | FD_WAITED), 1);
}

#endif
