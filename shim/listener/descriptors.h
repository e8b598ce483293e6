/* SPDX-License-Identifier: ISC */
/*
 * Accepting, closing and copying descriptors that the table knows: connections are counted,
 * listeners leave their epolls first, the shim's own stay.  The hooks of descriptors call it for
 * every way to get or give up a number.  Each function that stands for a call does the real one and
 * returns what the kernel said.
 */
#ifndef GRACE_LISTENER_DESCRIPTORS_H
#define GRACE_LISTENER_DESCRIPTORS_H

#include <sys/socket.h>
#include <time.h>

#include "process/connections.h"
#include "process/fdtab.h"
#include "process/self.h"

/* What a number was before the server gave it up. */
struct descriptors_former {
    uint8_t known;
    int index;
};

/* Around any call that closes fd: before it, and after it has succeeded. */
struct descriptors_former descriptors_closing(int fd);
void descriptors_closed(struct descriptors_former former);

/* fd is another descriptor by now: `was` was closed where nobody saw it. */
void descriptors_displaced(int fd, uint8_t was);

/* close() of a tracked number. */
int descriptors_close(int fd);

/* Closes first..last but not our own. */
int descriptors_close_range(unsigned first, unsigned last, int flags);

/* The number `to` is now a copy of `from`. Returns to. */
int descriptors_copied(int from, int to);

/* dup2/dup3 onto a number. */
enum { DESCRIPTORS_DUP2 = -0x7fffffff - 1 }; /* instead of flags */
int descriptors_duplicate(int from, int to, int flags);

typedef int descriptors_accept_call(int fd, struct sockaddr *addr, socklen_t *len, int flags);

/* One real accept(), seen by the supervisor from before the kernel takes the connection. */
static inline int descriptors_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags,
                                     descriptors_accept_call *call)
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

/* Numbers whose close nobody saw are forgotten: one that was given out again, all of them. */
void descriptors_reused(int fd);
void descriptors_verify(void);

#endif
