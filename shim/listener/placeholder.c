/* SPDX-License-Identifier: ISC */
#include "listener/placeholder.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "libc/real.h"
#include "process/own_fds.h"
#include "process/self.h"
#include "protocol/message.h"

static int inet_place = -1, inet6_place = -1, stream_place = -1, packet_place = -1;

static int *place_of(int family, int type)
{
    switch (family) {
    case AF_INET:
        return &inet_place;
    case AF_INET6:
        return &inet6_place;
    default:
        return type == SOCK_SEQPACKET ? &packet_place : &stream_place;
    }
}

int placeholder_bind(int fd, int family)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    sa_family_t autobind = AF_UNIX; /* an abstract name that the kernel chooses */

    if (family == AF_INET)
        return real.bind(fd, (struct sockaddr *)&in, sizeof in);
    if (family == AF_INET6)
        return real.bind(fd, (struct sockaddr *)&in6, sizeof in6);
    return real.bind(fd, (struct sockaddr *)&autobind, sizeof autobind);
}

/* Before bind, so that not one connection gets in. Some kernels refuse filters to users: then
 * accept() closes what comes. */
static bool drop_all(int fd)
{
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &drop};

    return real.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* Many containers have no ::1. With the filter any address will do, and listen() takes one. */
static int listen_nowhere(int fd, int family)
{
    bool filtered = family != AF_UNIX && drop_all(fd);

    return placeholder_bind(fd, family) < 0 && !filtered ? -1 : real.listen(fd, 1);
}

/* Nobody can connect where there is no way to the file any more, but here there may be no
 * directory to make it in. The supervisor has one; nobody waits for it. */
static bool is_sent_off(int fd, int family)
{
    struct message m = {.version = MESSAGE_VERSION, .type = MESSAGE_PLACEHOLDER, .pid = self_pid()};

    return family == AF_UNIX && !atomic_load(&self.page->placeless) &&
           message_try(self.fds.control, &m, fd) == 0;
}

/* A UNIX socket that is shut down before it listens refuses everybody. */
static int make(int family, int type, bool dead)
{
    int fd = real.socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error;

    if (fd < 0)
        return -errno;
    if (dead && family == AF_UNIX)
        real.shutdown(fd, SHUT_RD);
    if ((!dead && is_sent_off(fd, family)) || listen_nowhere(fd, family) == 0)
        return fd;
    error = errno;
    real.close(fd);
    return -error;
}

int placeholder_prepare(int family, int type)
{
    int *place = place_of(family, type);
    int saved = errno;
    int r = 0;

    if (*place < 0 && type != SOCK_DGRAM) {
        int fd = make(family, type, false);

        r = fd < 0 ? fd : own_fds_park(place, fd);
    }
    errno = saved;
    return r;
}

static bool listens(int fd)
{
    int listening = 0;
    socklen_t len = sizeof listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

/* The supervisor may have died before it had a look. */
int placeholder_fd(int family, int type)
{
    int fd = *place_of(family, type);

    if (fd >= 0 && family == AF_UNIX && !listens(fd) && listen_nowhere(fd, family) < 0 &&
        real.listen(fd, 1) < 0)
        return -1;
    return fd;
}

int placeholder_dead(int family, int type)
{
    return make(family, type, true);
}

int placeholder_accept(int fd)
{
    int r = real.accept4(fd, NULL, NULL, SOCK_CLOEXEC);

    if (r < 0)
        return r;
    real.close(r);
    errno = EAGAIN;
    return -1;
}
