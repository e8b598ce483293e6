/* SPDX-License-Identifier: ISC */
/* Hooks of sockets: listeners come and go, connections arrive. */
#include <sys/socket.h>
#include <errno.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/address_guard.h"
#include "listener/adopt.h"
#include "listener/closed.h"
#include "listener/descriptors.h"
#include "listener/listening.h"
#include "listener/replace.h"
#include "process/bound_keys.h"
#include "process/guest.h"
#include "process/self.h"
#include "process/sockopts.h"
#include "wait/accept.h"
#include "wait/receive.h"

static int accept_plain(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    (void)flags;
    return real.accept(fd, addr, len);
}

static bool is_recorded(int domain)
{
    return self.on && (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX) &&
           !guest_is_running();
}

EXPORT int socket(int domain, int type, int protocol)
{
    int fd = real.socket(domain, type, protocol);

    if (fd >= 0 && is_recorded(domain)) {
        descriptors_reused(fd);
        fdtab_set(fd, FD_FRESH);
        sockopts_begin(fd);
    }
    return fd;
}

static __attribute__((noinline)) int setsockopt_watched(int fd, int level, int name,
                                                        const void *value, socklen_t len)
{
    int r = real.setsockopt(fd, level, name, value, len);

    if (r == 0 && fdtab_kind(fd) == FD_FRESH && !guest_is_running())
        sockopts_record(fd, level, name, value, len);
    if (r < 0 && errno == EADDRINUSE && receive_watched(fd))
        return 0; /* the generation before has joined that multicast group already */
    return r;
}

EXPORT int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    uint8_t known = fdtab_get(fd);

    return known == FD_FRESH || (known & FD_DATAGRAM)
               ? setsockopt_watched(fd, level, name, value, len)
               : real.setsockopt(fd, level, name, value, len);
}

EXPORT int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    int r;

    if (!self.on || guest_is_running())
        return real.bind(fd, addr, len);
    if (adopt_listener(fd, addr, len))
        return 0;
    r = real.bind(fd, addr, len);
    if (r < 0 && errno == EADDRINUSE && closed_were_awaited())
        r = real.bind(fd, addr, len);
    if (r == 0)
        receive_bound(fd, addr, len);
    return r;
}

EXPORT int listen(int fd, int backlog)
{
    int r = real.listen(fd, backlog);

    if (r == 0 && self.on && !guest_is_running())
        listening_begin(fd);
    return r;
}

/* Functions of their own, so that their frames are not those of the hooks. */
static __attribute__((noinline)) int accept_plainly(int fd, struct sockaddr *addr, socklen_t *len)
{
    return accept_counted(fd, addr, len, 0, accept_plain);
}

static __attribute__((noinline)) int accept4_plainly(int fd, struct sockaddr *addr, socklen_t *len,
                                                     int flags)
{
    return accept_counted(fd, addr, len, flags, real.accept4);
}

EXPORT int accept(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    return accept_is_plain(fd) ? accept_plainly(fd, addr, len)
                               : accept_any(fd, addr, len, 0, accept_plain);
}

EXPORT int accept4(int fd, struct sockaddr *restrict addr, socklen_t *restrict len, int flags)
{
    return accept_is_plain(fd) ? accept4_plainly(fd, addr, len, flags)
                               : accept_any(fd, addr, len, flags, real.accept4);
}

static __attribute__((noinline)) int connect_watched(int fd, const struct sockaddr *addr,
                                                     socklen_t len)
{
    int r;

    if (guest_is_running())
        return real.connect(fd, addr, len);
    if ((self_attention() & ATTENTION_STARTING) && address_guard_hides(fd, addr, len))
        return address_guard_refuse(fd, addr, len);
    r = real.connect(fd, addr, len);
    if (r == 0 && receive_watched(fd))
        receive_connected(fd);
    return r;
}

/* The data path pays two loads for it. What connects will not listen: its close need not ask whose
 * name goes. */
EXPORT int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    uint8_t known = fdtab_get(fd);

    if (known == FD_FRESH)
        bound_keys_forget(fd);
    if ((known & FD_DATAGRAM) || (self_attention() & ATTENTION_STARTING))
        return connect_watched(fd, addr, len);
    return real.connect(fd, addr, len);
}

/* Without its writing side a listener listens as before. */
EXPORT int shutdown(int fd, int how)
{
    if (fdtab_is(fd, FDS_SEEM_LISTENING) && (how == SHUT_RD || how == SHUT_RDWR) &&
        !guest_is_running())
        return replace_shutdown(fd, how);
    return real.shutdown(fd, how);
}
