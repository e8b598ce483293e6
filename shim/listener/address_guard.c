/* SPDX-License-Identifier: ISC */
#include "listener/address_guard.h"

#include <errno.h>
#include <string.h>

#include "libc/real.h"
#include "listener/path_guard.h"
#include "process/readable.h"
#include "process/self.h"
#include "protocol/address.h"

/* Who serves it: this generation, or only the one before. */
struct served {
    bool by_us, by_predecessor;
};

static void look(struct served *s, const struct address *a)
{
    uint64_t key = address_key(a, 0);

    for (int i = 0; (i = page_find_member(self.page, key, i, LISTENER_HELD | LISTENER_USED)) >= 0;
         i++) {
        bool used = atomic_load(self_listener_flags(i)) & LISTENER_USED;

        s->by_us |= used;
        s->by_predecessor |= !used;
    }
}

static struct address of_family(const struct address *a, int family)
{
    struct address other = {.family = family,
                            .type = a->type,
                            .protocol = a->protocol,
                            .any.sa_family = (sa_family_t)family,
                            .len = family == AF_INET ? sizeof a->in : sizeof a->in6};

    other.in.sin_port = a->in.sin_port; /* that of IPv6 is at the same place */
    return other;
}

/* The wildcard of IPv6 is that of IPv4, too, unless the listener says otherwise. */
static void look_at_wildcards(struct served *s, const struct address *a)
{
    struct address any = of_family(a, AF_INET6);

    look(s, &any);
    if (a->family == AF_INET6) {
        any.v6only = true;
        look(s, &any);
    } else {
        any = of_family(a, AF_INET);
        look(s, &any);
    }
}

static bool is_mapped(const struct address *a)
{
    return a->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr);
}

static struct address unmapped(const struct address *a)
{
    struct address in = of_family(a, AF_INET);

    memcpy(&in.in.sin_addr, &a->in6.sin6_addr.s6_addr[12], sizeof in.in.sin_addr);
    return in;
}

/* connect() takes a wildcard for the loopback. */
static void name_loopback(struct address *a)
{
    if (a->family == AF_INET && a->in.sin_addr.s_addr == htonl(INADDR_ANY))
        a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else if (a->family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr))
        a->in6.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
}

/* Who listens at a wildcard is not who listens at that port of another machine. */
static bool is_here(const struct address *a)
{
    struct address any = *a;
    int fd = real.socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool here;

    any.in.sin_port = 0;
    here = fd >= 0 && real.bind(fd, &any.any, any.len) == 0;
    if (fd >= 0)
        real.close(fd);
    return here;
}

static bool hides(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct served exact = {0}, wildcards = {0};
    struct address a;

    if (!address_of_bind(&a, fd, addr, len) || a.type != SOCK_STREAM || a.any_port)
        return false;
    if (is_mapped(&a))
        a = unmapped(&a);
    name_loopback(&a);
    a.v6only = false;
    look(&exact, &a);
    look_at_wildcards(&wildcards, &a);
    if (exact.by_us || wildcards.by_us)
        return false;
    return exact.by_predecessor || (wildcards.by_predecessor && is_here(&a));
}

bool address_guard_hides(int fd, const struct sockaddr *addr, socklen_t len)
{
    int saved = errno;
    bool hidden;

    if (len < sizeof(sa_family_t) || len > sizeof(struct sockaddr_storage) ||
        atomic_load(&self.page->held) == 0 || !readable(addr, len))
        return false;
    if (addr->sa_family == AF_UNIX)
        return path_guard_hides(addr, len);
    hidden = (addr->sa_family == AF_INET || addr->sa_family == AF_INET6) && hides(fd, addr, len);
    errno = saved;
    return hidden;
}

/* Without O_NONBLOCK the kernel refuses at once; with it, on the loopback too, the socket is said
 * to be connecting, and has failed when it is asked. Nobody can listen at port 0. */
int address_guard_refuse(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct sockaddr_storage nobody;

    if (addr->sa_family == AF_UNIX || len > sizeof nobody) {
        errno = ECONNREFUSED;
        return -1;
    }
    memcpy(&nobody, addr, len);
    ((struct sockaddr_in *)&nobody)->sin_port = 0; /* that of IPv6 is at the same place */
    return real.connect(fd, (struct sockaddr *)&nobody, len);
}
