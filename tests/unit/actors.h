/* SPDX-License-Identifier: ISC */
#ifndef TESTS_ACTORS_H
#define TESTS_ACTORS_H

#include <sys/resource.h>

#include "processes.h"
#include "supervisor/kernel/connections.h"

/*
 * Servers that do one thing at a time when they are told to, for the tests of
 * truth.  An actor accepts from the listener it is started with; the test has
 * the clients.  What goes wrong here ends the test.
 */
struct kind {
    const char *name;
    int family, type, protocol;
    const char *address; /* "@..." is abstract */
    const char *client;  /* address to connect to, NULL: the same */
};
extern const struct kind kinds[]; /* ends with a name of NULL */

/* Once, before any socket: a network of our own, if we may. */
void isolate(void);

/* begin() and end() of a case with actors; b or both may be NULL. */
struct actor {
    pid_t pid;
    int fd;
};
void stage_open(void);
void stage_close(struct actor *a, struct actor *b);

/* Listen with a backlog of 7 on a free port, or on `port` (SO_REUSEPORT).
 * listen_as returns 0, or -1 and errno where the kernel can't or we may not. */
int listen_as(struct kernel_listener *l, const struct kind *kind);
void listen_inet(struct kernel_listener *l, int type, const char *address, uint16_t port);
uint16_t port_of(const struct kernel_listener *l);
void unlisten(struct kernel_listener *l);
/* All connections go to that one of the listeners on the address of l. */
void steer(const struct kernel_listener *l, unsigned which);

/* A client, and how kernel_peer() should name it.  kind may be NULL. */
int connect_to(const struct kernel_listener *l, const struct kind *kind);
const char *peer_of(int client);

/*
 * a  accept a connection
 * c  close the last one
 * f  give the last one to a child
 * x  which executes another program
 * s  send the last one through a socket, close it
 * r  receive it
 * p  drop CAP_SYS_PTRACE
 * u  become another user
 */
void actor_start(struct actor *a, const struct kernel_listener *l);
void actor_do(const struct actor *a, char order);

int refuse_netlink(void);
int drop_ptrace(void);
void reap(pid_t pid, int *status);
void more_fds(rlim_t n);
long cpu_us(void); /* of this process; a busy machine does not disturb it */

#endif
