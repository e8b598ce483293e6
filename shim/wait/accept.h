/* SPDX-License-Identifier: ISC */
/*
 * accept() on a listener.  Where the server believes it to be blocking, O_NONBLOCK is set all the
 * same while two generations share it; the call then waits here, or ends at once if a wait call has
 * reported the listener before: whoever was there may have been taken by the other generation.
 */
#ifndef GRACE_WAIT_ACCEPT_H
#define GRACE_WAIT_ACCEPT_H

#include <sys/socket.h>
#include <stdbool.h>

#include "listener/descriptors.h"
#include "process/fdtab.h"

/* `call` is the real one. */
int accept_listener(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                    descriptors_accept_call *call);

/* Is accept() of fd the kernel's call and the count, and nothing else? */
static inline bool accept_is_plain(int fd)
{
    return __builtin_expect(fdtab_get(fd) == (FD_LISTENER | FD_NONBLOCK | FD_WAITED), 1);
}

#endif
