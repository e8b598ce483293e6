/* SPDX-License-Identifier: ISC */
#include "dummy.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>

#include "park.h"
#include "real.h"

static int inet_dummy = -1, inet6_dummy = -1, stream_dummy = -1, packet_dummy = -1;
static int park_dummy = -1;

static int *dummy_place(int family, int type)
{
    switch (family) {
    case AF_INET:
        return &inet_dummy;
    case AF_INET6:
        return &inet6_dummy;
    default:
        return type == SOCK_SEQPACKET ? &packet_dummy : &stream_dummy;
    }
}

static int bind_nowhere(int fd, int family)
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

static int dummy_make(int family, int type, int flags)
{
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog deaf = {.len = 1, .filter = &drop};
    int fd = real.socket(family, type | SOCK_CLOEXEC | flags, 0);
    bool filtered;
    int error;

    if (fd < 0)
        return -errno;
    /* Before bind, so that not one connection gets in.  Some kernels refuse filters to users; then
     * whoever finds this port of the loopback is served by the old generation: no harm. */
    filtered = family != AF_UNIX &&
               real.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &deaf, sizeof deaf) == 0;
    /* Many containers have no ::1. With the filter any address will do, and listen() takes one. */
    if ((bind_nowhere(fd, family) < 0 && !filtered) || real.listen(fd, 1) < 0)
        goto fail;
    return fd;
fail:
    error = errno;
    real.close(fd);
    return -error;
}

int dummy_new(int family, int type)
{
    return dummy_make(family, type, SOCK_NONBLOCK);
}

static int dummy_park(int *place, int fd)
{
    return fd < 0 ? fd : park_first(place, fd);
}

int dummy_prepare(int family, int type, bool blocking)
{
    int *place = dummy_place(family, type);
    int saved = errno;
    int r = 0;

    if (*place < 0 && type != SOCK_DGRAM)
        r = dummy_park(place, dummy_new(family, type));
    if (r == 0 && blocking && park_dummy < 0)
        r = dummy_park(&park_dummy, dummy_make(AF_UNIX, SOCK_STREAM, 0));
    errno = saved;
    return r;
}

int dummy_fd(int family, int type)
{
    return *dummy_place(family, type);
}

int dummy_park_fd(void)
{
    return park_dummy;
}
