/* SPDX-License-Identifier: ISC */
/*
 * The listeners that the supervisor holds: a copy of each socket the server listens on, kept
 * open between generations, handed out at bind().
 */
#ifndef GRACE_HELD_H
#define GRACE_HELD_H

#include <sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/kernel/connections.h"
#include "supervisor/kernel/watch.h"

struct held {
    TAILQ_ENTRY(held) link;
    struct kernel_listener socket; /* .fd is our copy, -1 when released */
    uint64_t key;                  /* address_key() */
    uint64_t cookie;               /* SO_COOKIE */
    unsigned until;                /* released: see held_release */
    int64_t due;                   /* the server closed it: when to look who has it, else 0 */
    int flight;                    /* the reply that a copy was handed out with, or -1 */
    struct watch *owner;           /* who bound a member of an SO_REUSEPORT group, or NULL */
    bool nonblock;                 /* what the serving generation believes of O_NONBLOCK */
    bool waited;                   /* the serving generation waits on it */
    bool leaving;                  /* no generation wants it: its queue is being emptied */
    char address[128];             /* "tcp 127.0.0.1:80" */
};

TAILQ_HEAD(held_list, held);
extern struct held_list held_list;

/* A copy was sent through `reply`, which is kept until it has arrived. */
void held_sent(struct held *h, int reply);

/* Is that copy still between the processes, where no table of files has it? */
bool held_in_flight(struct held *h);

/* Takes ownership of fd. NULL with errno when it is not a socket or memory is short. */
struct held *held_add(int fd, uint64_t key);

/*
 * This process has bound it.  The kernel gives each member of an SO_REUSEPORT group its share of
 * the connections: our copy must not keep one alive that nobody accepts from any more.
 */
void held_own(struct held *h, pid_t pid);
bool held_is_member(const struct held *h);

/* Has the process that bound this member ended? Once. */
bool held_owner_gone(struct held *h);

/* Does it live, and is known? */
bool held_is_owned(const struct held *h);

/* Closes our copy.  The address is remembered as long as a generation up to this number lives,
 * for it may hold connections that were accepted from it. */
void held_release(struct held *h, unsigned until);
void held_release_all(void);

/* It was released: what is remembered of others that were, at its address, is of no use. */
void held_replaces(const struct held *h);

/* Forgets released ones when the oldest living generation has this number. */
void held_collect(unsigned oldest);

/* O_NONBLOCK of the shared description. */
void held_set_nonblock(struct held *h, bool on);
bool held_is_nonblock(const struct held *h);

/* No new connection gets into the queue; handshakes under way are completed. Datagrams still do. */
void held_refuse_new(struct held *h);
void held_let_new(struct held *h);

/* Has the server shut it down? */
bool held_is_shut(const struct held *h);

/* Is a connection waiting in the queue? */
bool held_has_queue(const struct held *h);

/* All of them, for kernel_connections(); free() the result. */
struct kernel_listener *held_sockets(size_t *n);

#endif
