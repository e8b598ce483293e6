/* SPDX-License-Identifier: ISC */
#include "protocol/address.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static int option(int fd, int level, int name)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, name, &value, &len) == 0 ? value : 0;
}

static bool address_check(struct address *a)
{
    if (a->type != SOCK_STREAM && a->type != SOCK_SEQPACKET && a->type != SOCK_DGRAM)
        return false;
    switch (a->family) {
    case AF_INET:
        a->any_port = a->in.sin_port == 0;
        return a->len >= sizeof a->in;
    case AF_INET6:
        a->any_port = a->in6.sin6_port == 0;
        return a->len >= offsetof(struct sockaddr_in6, sin6_scope_id); /* RFC 2133 had none */
    case AF_UNIX:
        return a->len > offsetof(struct sockaddr_un, sun_path);
    default:
        return false;
    }
}

/* For all other addresses the option makes no difference. */
static bool is_v6only(int fd, const struct address *a)
{
    return a->family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr) &&
           option(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 0;
}

/* The kernel takes no family for IPv4's, with any address. */
static bool is_nameless(const struct address *a, int fd)
{
    return a->family == AF_UNSPEC && a->len >= sizeof a->in &&
           a->in.sin_addr.s_addr == htonl(INADDR_ANY) &&
           option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET;
}

bool address_of_bind(struct address *a, int fd, const struct sockaddr *addr, socklen_t len)
{
    int saved = errno;

    memset(a, 0, sizeof *a);
    if (!addr || len < sizeof(sa_family_t) || len > sizeof a->storage)
        return false;
    memcpy(&a->storage, addr, len);
    a->len = len;
    a->family = addr->sa_family;
    if (is_nameless(a, fd))
        a->family = a->in.sin_family = AF_INET;
    a->type = option(fd, SOL_SOCKET, SO_TYPE);
    a->protocol = option(fd, SOL_SOCKET, SO_PROTOCOL);
    a->reuseport = option(fd, SOL_SOCKET, SO_REUSEPORT) != 0;
    a->v6only = is_v6only(fd, a);
    errno = saved;
    return address_check(a);
}

bool address_own(int fd, struct address *a)
{
    a->len = sizeof a->storage;
    return syscall(SYS_getsockname, fd, &a->storage, &a->len) == 0;
}

bool address_peer(int fd, struct address *a)
{
    a->len = sizeof a->storage;
    return syscall(SYS_getpeername, fd, &a->storage, &a->len) == 0;
}

bool address_of_socket(struct address *a, int fd)
{
    int saved = errno;
    struct address own;
    bool known = address_own(fd, &own);

    errno = saved;
    return known && address_of_bind(a, fd, &own.any, own.len);
}

bool address_of_path(struct address *a, const char *path, int type)
{
    size_t n = strlen(path);

    memset(a, 0, sizeof *a);
    if (n == 0 || n >= sizeof a->un.sun_path)
        return false;
    a->family = a->un.sun_family = AF_UNIX;
    a->type = type;
    memcpy(a->un.sun_path, path, n + 1);
    a->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
    return true;
}

static uint64_t hash(uint64_t h, const void *data, size_t n)
{
    const unsigned char *p = data;

    while (n-- > 0)
        h = (h ^ *p++) * 0x100000001b3u; /* FNV-1a */
    return h;
}

/* Bytes of a UNIX address that mean something: a path ends at its NUL, however long len says. */
static size_t unix_length(const struct address *a)
{
    size_t n = a->len - offsetof(struct sockaddr_un, sun_path);

    return a->un.sun_path[0] ? strnlen(a->un.sun_path, n) : n;
}

bool address_names(const struct address *a, pid_t pid)
{
    const char *name = a->un.sun_path;
    size_t n = a->family == AF_UNIX ? unix_length(a) : 0, i = 0;

    while (pid > 0 && i < n) {
        int64_t number = 0;
        size_t first = i;

        for (; i < n && name[i] >= '0' && name[i] <= '9'; i++)
            number = number > pid ? number : number * 10 + (name[i] - '0');
        if (i > first && number == pid)
            return true;
        i += i == first;
    }
    return false;
}

static uint64_t hash_address(uint64_t h, const struct address *a)
{
    if (a->family == AF_UNIX)
        return hash(h, a->un.sun_path, unix_length(a));
    h = hash(h, &a->in.sin_port, sizeof a->in.sin_port); /* that of IPv6 is at the same place */
    if (a->family == AF_INET)
        return hash(h, &a->in.sin_addr, sizeof a->in.sin_addr);
    h = hash(h, &a->in6.sin6_addr, sizeof a->in6.sin6_addr);
    return hash(h, &a->in6.sin6_scope_id, sizeof a->in6.sin6_scope_id);
}

uint64_t address_key(const struct address *a, unsigned n)
{
    const uint32_t head[] = {(uint32_t)a->family, (uint32_t)a->type, (uint32_t)a->protocol,
                             a->v6only};
    uint64_t h = hash_address(hash(0xcbf29ce484222325u, head, sizeof head), a);

    return UINT64_C(1) << 63 | (h / ADDRESS_NUMBERS * ADDRESS_NUMBERS) | n % ADDRESS_NUMBERS;
}

static struct address with_any_port(const struct address *a)
{
    struct address any = *a;

    any.any_port = a->family != AF_UNIX;
    if (any.any_port)
        any.in.sin_port = 0;
    return any;
}

bool address_has_key(const struct address *a, uint64_t key)
{
    struct address any = with_any_port(a);

    return address_equal(key, address_key(a, 0)) || address_equal(key, address_key(&any, 0));
}

static bool has_path(const struct address *a)
{
    return a->family == AF_UNIX && a->un.sun_path[0] != '\0';
}

/* A path may have got its name by rename() or link(). */
static bool stands_there(const struct address *asked, const struct address *is)
{
    struct address any = with_any_port(is);

    if (has_path(asked))
        return has_path(is) && is->type == asked->type;
    return address_key(asked->any_port ? &any : is, 0) == address_key(asked, 0);
}

static bool owns_path(uid_t uid, const struct address *a)
{
    struct stat st;

    return lstat(a->un.sun_path, &st) == 0 && st.st_uid == uid;
}

/* The same code made both, or root did, or anybody may bind there. */
static bool could_bind(const struct address *asked, int fd, int socket)
{
    struct stat own, other;

    if (fstat(socket, &other) < 0 || fstat(fd, &own) < 0)
        return false;
    if (other.st_uid == 0 || other.st_uid == own.st_uid || other.st_uid == geteuid())
        return true;
    if (asked->family == AF_UNIX)
        return !has_path(asked) || owns_path(other.st_uid, asked);
    return asked->any_port || ntohs(asked->in.sin_port) >= IPPORT_RESERVED;
}

bool address_is_answered(const struct address *asked, int fd, int socket)
{
    struct address is;
    int saved = errno;
    bool answered =
        address_of_socket(&is, socket) && stands_there(asked, &is) && could_bind(asked, fd, socket);

    errno = saved;
    return answered;
}
