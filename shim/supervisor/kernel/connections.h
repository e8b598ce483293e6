/* SPDX-License-Identifier: ISC */
#ifndef GRACE_SUPERVISOR_KERNEL_CONNECTIONS_H
#define GRACE_SUPERVISOR_KERNEL_CONNECTIONS_H

#include "supervisor/kernel/process_tree.h"

#include <sys/socket.h>
#include <stdint.h>

/*
 * What the kernel says about connections, whatever the shim has counted: it also sees those held by
 * programs that run without the shim.  It costs some 3 us a connection, so it confirms a count of 0
 * and is not for polling.
 *
 * Not seen: other network namespaces, sockets whose local port isn't the listener's (TPROXY), fds
 * in a table that a thread doesn't share with its process (unshare(CLONE_FILES)).
 */
struct kernel_listener {
    int family, type; /* AF_*, SOCK_*; only SOCK_STREAM and SOCK_SEQPACKET have connections */
    int fd;           /* our copy, for kernel_queue; -1: none */
    unsigned long inode;
    struct sockaddr_storage addr; /* as getsockname() gave it */
    socklen_t len;
};

struct kernel_connection {
    unsigned long inode;
    pid_t pid; /* a member that holds it; 0: in flight, held by no process (SCM_RIGHTS) */
    int fd;    /* its number there */
    uint16_t family;
    uint16_t port, peer_port;
    uint8_t peer[16];         /* IPv4 as ::ffff:a.b.c.d */
    unsigned long peer_inode; /* the client's end; 0: not known, as at first but for AF_UNIX */
};

/*
 * The connections accepted from these listeners that members hold, or that are in flight and may be
 * theirs, by ascending inode; free(*out) afterwards.  Without sockets on the addresses no process
 * is looked at.
 *
 * 0, or -errno with *out NULL and *n 0; except -EACCES: there are connections that may be ours, but
 * we may not look into their process (one of another user or generation, when we lack
 * CAP_SYS_PTRACE: usual in containers), and *out has those that are surely ours.
 */
int kernel_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                       struct kernel_connection **out, size_t *n);

/* Of these only what members of the scan hold, with a look at nobody else.  -EACCES: one of them
 * can't be looked into. */
int kernel_held_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                            struct kernel_connection **out, size_t *n);

/* Of these KERNEL_SOME of each member at most, with the lowest numbers there: the kernel gives
 * those again first, so what is old has one.  To look at all takes 10 us for each. */
enum { KERNEL_SOME = 64 };
int kernel_some_connections(const struct kernel_listener *l, size_t nl, const struct tree *t,
                            struct kernel_connection **out, size_t *n);

/* Drops the connections of UNIX sockets whose other end a member has as well: the services of
 * dovecot talk to each other through listeners of their own, and no client waits for them.  Returns
 * how many. */
size_t kernel_drop_internal(struct kernel_connection *conn, size_t *n, const struct tree *t);

/* "127.0.0.1:4711", "[::1]:4711", "unix" */
enum { KERNEL_PEER = 64 };
const char *kernel_peer(const struct kernel_connection *c, char buf[KERNEL_PEER]);

/*
 * In listeners.c, as all that follows.
 *
 * Has no member a connection, whatever it counts?  True only where the kernel would show one: each
 * of these listeners stands in its tables, and no member has any connected socket that could have
 * been accepted.  One whose both ends have said goodbye is in no table, though a process may keep
 * its number for long (java.nio until its selector wakes up).
 */
bool kernel_no_connection(const struct kernel_listener *l, size_t nl, const struct tree *t);

/* Sets peer_inode of all whose clients are on this machine. Their order is another one then. */
void kernel_find_clients(struct kernel_connection *conn, size_t n);

/* A member that holds the socket with this inode, e.g. a listener; 0: none;
 * -errno; -EACCES: none that we may look into. */
pid_t kernel_holds(const struct tree *t, unsigned long inode);

/* Members listen (TCP, UNIX), or wait for datagrams (UDP), on sockets that this process, the
 * supervisor, has no copy of: how many of `room` were filled. */
struct kernel_unseen {
    pid_t pid; /* of those that have it the lowest */
    int family, type;
    uint16_t port;
    unsigned long inode;
    uint64_t cookie;  /* 0: not known */
    char address[32]; /* "port 80", "UDP port 53", "a UNIX socket" */
};
size_t kernel_unseen_listeners(const struct tree *t, struct kernel_unseen *unseen, size_t room);

/* The first of them that is wanted, with those for datagrams. */
typedef bool kernel_wants(void *arg, const struct kernel_unseen *unseen);
bool kernel_find_unseen(const struct tree *t, kernel_wants *wants, void *arg,
                        struct kernel_unseen *found);

/* Accept queue of a listener, now and at most.  A datagram socket has bytes
 * in it and backlog 0; backlog 0 also where only /proc/net tells.  0 or -errno. */
int kernel_queue(const struct kernel_listener *l, unsigned *queue, unsigned *backlog);

#endif
