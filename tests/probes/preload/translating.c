/* SPDX-License-Identifier: ISC */
/* Another library that is preloaded, and has addresses of its own: who binds a TCP port gets the
 * next one, and is told that it is the one it asked for. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#define NEXT(call) ((__typeof__(&call))(uintptr_t)dlsym(RTLD_NEXT, #call))

static void shift(struct sockaddr_in *in, int by)
{
    in->sin_port = htons((uint16_t)(ntohs(in->sin_port) + by));
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct sockaddr_in in;

    if (addr->sa_family != AF_INET || len != sizeof in)
        return NEXT(bind)(fd, addr, len);
    memcpy(&in, addr, sizeof in);
    shift(&in, 1);
    return NEXT(bind)(fd, (struct sockaddr *)&in, len);
}

int getsockname(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    int r = NEXT(getsockname)(fd, addr, len);

    if (r == 0 && addr->sa_family == AF_INET && *len == sizeof(struct sockaddr_in))
        shift((struct sockaddr_in *)addr, -1);
    return r;
}
