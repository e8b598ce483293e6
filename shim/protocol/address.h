/* SPDX-License-Identifier: ISC */
/*
 * The identity of a listener: (family, type, protocol, address, v6only, n), as one 64-bit key.
 * n tells apart listeners whose addresses are equal: members of an SO_REUSEPORT group, and
 * binds to port 0.  It is in the low bits, so that a group is found in one pass.  Two generations
 * that bind the same things compute the same keys.
 */
#ifndef GRACE_PROTOCOL_ADDRESS_H
#define GRACE_PROTOCOL_ADDRESS_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct address {
    int family, type, protocol;
    bool v6only;
    bool reuseport;
    bool any_port; /* port 0: the kernel chooses */
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
        struct sockaddr_storage storage;
    };
    socklen_t len;
};

/* Describes what fd would be after bind(fd, addr, len). False where a listener of this kind is
 * not handed over (raw sockets, other families, malformed addresses). Keeps errno. */
bool address_of_bind(struct address *a, int fd, const struct sockaddr *addr, socklen_t len);

/* The bare address of a socket, and of who it is connected to, by the kernel's word: a library
 * before ours may have another one for the server (ip2unix). False with errno. */
bool address_own(int fd, struct address *a);
bool address_peer(int fd, struct address *a);

/* Describes a bound socket. Keeps errno. */
bool address_of_socket(struct address *a, int fd);

/* A UNIX path as if bound by a socket of this type. */
bool address_of_path(struct address *a, const char *path, int type);

/* Has it this process ID in its name (UNIX)? */
bool address_names(const struct address *a, pid_t pid);

enum { ADDRESS_NUMBERS = 4096 };

/* Never 0. n below ADDRESS_NUMBERS. */
uint64_t address_key(const struct address *a, unsigned n);

/* Are they keys of the same address, whatever their numbers? */
static inline bool address_equal(uint64_t key, uint64_t other)
{
    return (key ^ other) < ADDRESS_NUMBERS;
}

/* Is it the key of this address, for some n, bound with its port or with port 0? */
bool address_has_key(const struct address *a, uint64_t key);

/* Is this socket, that another process has made, what a bind of fd to `asked` may be answered with?
 * It has to stand where was asked for, and whoever made it could have bound it there. */
bool address_is_answered(const struct address *asked, int fd, int socket);

#endif
