/* SPDX-License-Identifier: ISC */
#include "wait/receive.h"

#include <errno.h>

#include "listener/listening.h"
#include "listener/suspend.h"
#include "process/self.h"
#include "protocol/address.h"
#include "wait/blocking.h"
#include "wait/timing.h"

/* One more member of an SO_REUSEPORT group, by a worker that was late. */
static bool joins_group(const struct address *a)
{
    return a->reuseport && page_find_member(self.page, address_key(a, 0), 0, LISTENER_KNOWN) >= 0;
}

/* Not with a port that the kernel chose, for only those are to know it whom it sends to. */
static bool is_server(int fd, const struct address *a)
{
    struct address peer;

    return !a->any_port && !address_peer(fd, &peer) &&
           ((self_attention() & ATTENTION_STARTING) || self.late || joins_group(a));
}

void receive_bound(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct address a;
    int saved = errno, type = 0;
    socklen_t size = sizeof type;

    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
    if (type == SOCK_DGRAM && address_of_bind(&a, fd, addr, len) && is_server(fd, &a))
        listening_begin(fd);
    errno = saved;
}

void receive_connected(int fd)
{
    struct address peer;
    int saved = errno;

    if (fdtab_is(fd, FDS_LISTENING) && address_peer(fd, &peer))
        listening_ended(fd);
    errno = saved;
}

/*
 * Nothing was there for a call that the server believes to block.  0: try again; -1: errno is the
 * answer.  What a wait had reported was taken by the other generation; to block now would stop all
 * else that this thread does.
 */
static int wait_for_one(int fd, struct timing *t)
{
    if (fdtab_get(fd) & FD_POLLED) {
        fdtab_set_flag(fd, FD_POLLED, false);
        errno = EAGAIN;
        return -1;
    }
    return blocking_wait(fd, t);
}

static ssize_t try_receive(int fd, const void *arguments, int flags, receive_call *call)
{
    if (!suspend_applies(fd))
        return call(fd, arguments, flags | MSG_DONTWAIT);
    errno = EAGAIN;
    return -1;
}

/* A thread that sleeps in the kernel since before the overlap takes one more datagram. */
static ssize_t receive_blocking(int fd, const void *arguments, int flags, receive_call *call)
{
    struct timing t;
    ssize_t r;

    if (!self_shares() && !suspend_applies(fd))
        return call(fd, arguments, flags);
    timing_begin_receiving(&t, fd);
    do
        r = try_receive(fd, arguments, flags, call);
    while (r < 0 && errno == EAGAIN && wait_for_one(fd, &t) == 0);
    return r;
}

ssize_t receive_datagram(int fd, const void *arguments, int flags, receive_call *call)
{
    uint8_t known = fdtab_get(fd);
    ssize_t r;

    if (!(known & FD_WAITED))
        listening_waited(fd);
    if ((known & FD_NONBLOCK) || (flags & MSG_DONTWAIT))
        return try_receive(fd, arguments, flags, call);
    r = receive_blocking(fd, arguments, flags, call);
    if (r >= 0)
        fdtab_set_flag(fd, FD_POLLED, false);
    return r;
}
