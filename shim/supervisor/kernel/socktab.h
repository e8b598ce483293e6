/* SPDX-License-Identifier: ISC */
#ifndef GRACE_SUPERVISOR_KERNEL_SOCKTAB_H
#define GRACE_SUPERVISOR_KERNEL_SOCKTAB_H

#include <sys/socket.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The kernel's table of sockets in this network namespace: from netlink or, where that is refused
 * (seccomp, gVisor), from /proc/net, which is slower and does not know all of it.
 */
struct socktab_query {
    int family;      /* AF_INET, AF_INET6, AF_UNIX */
    int protocol;    /* IPPROTO_TCP or IPPROTO_UDP; of no meaning with AF_UNIX */
    uint32_t states; /* of 1 << TCP_ESTABLISHED ...; AF_UNIX uses the same numbers */
    uint16_t port;   /* local, host order; 0: all */
};

struct socktab_row {
    int family, type; /* type with AF_UNIX only */
    unsigned state;
    unsigned long inode;        /* 0: no process can have it (accept queue, orphan) */
    uint64_t cookie;            /* SO_COOKIE, from netlink only; 0: not known */
    uint32_t queue, backlog;    /* of a listener; backlog 0: not known */
    uint16_t port, peer_port;   /* host order */
    uint8_t addr[16], peer[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned long peer_inode;   /* AF_UNIX, from netlink only; 0: not known */
    const char *name;           /* AF_UNIX: sun_path, not terminated */
    size_t name_len;
};

typedef void socktab_fn(void *arg, const struct socktab_row *row);

/* Call fn for each row.  0 or -errno; rows may have been shown before an
 * error, and one socket may be shown twice (MPTCP subflows). */
int socktab_read(const struct socktab_query *q, socktab_fn *fn, void *arg);

/* The same from /proc/net alone (proc_net.c), which has '@' where a name has a zero byte. */
int proc_net_read(const struct socktab_query *q, socktab_fn *fn, void *arg);

/* to = addr (4 or 16 bytes) as IPv6, in which all of IPv4 has its place. */
static inline void socktab_address(uint8_t to[16], int family, const void *addr)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (family == AF_INET6) {
        memcpy(to, addr, 16);
    } else {
        memcpy(to, mapped, 12);
        memcpy(to + 12, addr, 4);
    }
}

#endif
