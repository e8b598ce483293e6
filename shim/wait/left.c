/* SPDX-License-Identifier: ISC */
#include "wait/left.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "libc/real.h"
#include "listener/descriptors.h"
#include "listener/placeholder.h"
#include "protocol/address.h"

static in_port_t port(const struct address *a)
{
    return a->family == AF_INET ? a->in.sin_port : a->in6.sin6_port;
}

static bool is_from(int fd, int client)
{
    struct address a, b = {.len = sizeof b.storage};

    if (!address_of_socket(&a, client) || getpeername(fd, &b.any, &b.len) < 0)
        return false;
    b.family = a.family;
    return port(&a) == port(&b);
}

/* Who else might get in there is not the one.  Nothing waits: on a loopback the connection is
 * there when connect() is back. */
static int connect_both(int place, int client, int family, int flags)
{
    struct address a;
    int fd;

    if (placeholder_bind(place, family) < 0 || real.listen(place, 1) < 0 ||
        !address_of_socket(&a, place))
        return -1;
    if (real.connect(client, &a.any, a.len) < 0 && errno != EINPROGRESS)
        return -1;
    fd = real.accept4(place, NULL, NULL, flags);
    if (fd < 0 || is_from(fd, client))
        return fd;
    real.close(fd);
    return -1;
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        real.close(fd);
}

static int over_loopback(int family, int flags)
{
    int place = real.socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int client = real.socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int fd = place < 0 || client < 0 ? -1 : connect_both(place, client, family, flags);

    close_if_open(place);
    close_if_open(client);
    return fd;
}

/* Where there is no loopback: nobody was connected, but it has come to its end. */
static int alone(int family, int flags)
{
    int fd = real.socket(family, SOCK_STREAM | flags, 0);

    if (fd >= 0)
        real.shutdown(fd, SHUT_RDWR);
    return fd;
}

static int of_unix(int type, int flags)
{
    int pair[2];

    if (socketpair(AF_UNIX, type | flags, 0, pair) < 0)
        return -1;
    real.close(pair[1]);
    return pair[0];
}

/* The lowest number, as the kernel gives: the others are closed by then. */
static int lowest(int fd, int flags)
{
    int low = (int)real.fcntl(fd, flags & SOCK_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, NULL);

    if (low < 0 || low > fd) {
        close_if_open(low);
        return fd;
    }
    real.close(fd);
    return low;
}

static int make(const struct address *a, int flags)
{
    int fd = a->family == AF_UNIX ? of_unix(a->type, flags) : over_loopback(a->family, flags);

    return fd < 0 && a->family != AF_UNIX ? alone(a->family, flags) : fd;
}

int left_accept(int listener, struct sockaddr *addr, socklen_t *len, int flags)
{
    struct address a;
    int fd = address_of_socket(&a, listener) ? make(&a, flags) : -1;

    if (fd < 0) {
        errno = ECONNABORTED;
        return -1;
    }
    fd = lowest(fd, flags);
    descriptors_reused(fd);
    if (addr && getpeername(fd, addr, len) < 0 && errno == ENOTCONN) {
        addr->sa_family = (sa_family_t)a.family;
        *len = sizeof addr->sa_family;
    }
    return fd;
}
