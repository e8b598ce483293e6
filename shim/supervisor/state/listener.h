/* SPDX-License-Identifier: ISC */
/*
 * The listeners that the supervisor holds: a copy of each socket the server listens on, kept
 * open between generations, handed out at bind().
 */
#ifndef GRACE_SUPERVISOR_STATE_LISTENER_H
#define GRACE_SUPERVISOR_STATE_LISTENER_H

#include <sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/kernel/connections.h"
#include "supervisor/kernel/process_watch.h"

/*
 * Its identity has three forms, for three that ask.  bind() has an address: `key`, as it was when
 * the listener was announced; the key in a page, and the alias of a path that was renamed, are the
 * word of the processes that write it.  A process has a descriptor: `cookie`, in the page as
 * `socket`. The kernel's tables and /proc have socket.inode.
 */
struct listener {
    TAILQ_ENTRY(listener) link;
    struct kernel_listener socket; /* .fd is our copy, -1 when released */
    uint64_t key;                  /* address_key() */
    uint64_t cookie;               /* SO_COOKIE */
    unsigned until;                /* released: see listener_release */
    int64_t closed;                /* when somebody last closed it, or ended */
    int64_t due;                   /* when to look whether somebody still has it, 0: no need */
    struct accept_queue *queue;    /* or NULL: see accept_queue.h */
    int flight;                    /* the reply that a copy was handed out with, or -1 */
    struct process_watch *witness; /* who has it, or NULL */
    int witness_fd;                /* by this number; -1: nobody has looked */
    int64_t took;                  /* ms until the generation that bound it last had done so */
    bool nonblock;                 /* what the serving generation believes of O_NONBLOCK */
    bool waited;                   /* the serving generation waits on it */
    bool given;                    /* to us, by who started us and may keep it (step/outsiders.h) */
    bool stored;                   /* the service manager has it, too (front/systemd/fd_store.h) */
    bool came;                     /* it was not bound by this server */
    bool outside;                  /* others than this server have it open (step/outsiders.h) */
    bool leaving;                  /* no generation wants it: its queue is being emptied */
    bool inside, strangers;        /* who has connected: see generation/private.h */
    bool passing, differs;         /* its name will not come again */
    bool missed;                   /* it was seen that the serving generation has not got it */
    bool stays;                    /* with who has it, until that has ended (step/stay.h) */
    char address[128];             /* "tcp 127.0.0.1:80" */
};

TAILQ_HEAD(listener_list, listener);
extern struct listener_list listener_list;

/* A copy was sent through `reply`, which is kept until it has arrived. */
void listener_sent(struct listener *h, int reply);

/* Is that copy still between the processes, where no table of files has it? */
bool listener_in_flight(struct listener *h);

/* Does it listen, or is it a datagram socket? */
bool listener_serves(int fd);

/* Takes ownership of fd. NULL with errno when it is not a socket or memory is short. */
struct listener *listener_add(int fd, uint64_t key);

/* This process has it: it has bound it, or was seen with it, at this number.  As long as it lives
 * and says nothing, nobody need look who else has. */
void listener_witness(struct listener *h, pid_t pid, int fd);

/* Has that process ended? Once. */
bool listener_witness_gone(struct listener *h);

/* Asks the kernel: has it still? Not where its number is not known. */
bool listener_is_held(const struct listener *h);

/* Is it a member of an SO_REUSEPORT group whose witness lives? */
bool listener_is_members(const struct listener *h);

/* Closes our copy.  The address is remembered as long as a generation up to this number lives,
 * for it may hold connections that were accepted from it. */
void listener_release(struct listener *h, unsigned until);
void listener_release_all(void);

/* It was released: what is remembered of others that were, at its address, is of no use. */
void listener_replaces(const struct listener *h);

/* Forgets released ones when the oldest living generation has this number. */
void listener_collect(unsigned oldest);

/* O_NONBLOCK of the shared description. */
void listener_force_nonblock(struct listener *h, bool on);
bool listener_is_nonblock(const struct listener *h);

/* No new connection gets into the queue; handshakes under way are completed. Datagrams still do. */
void listener_refuse_new(struct listener *h);
void listener_allow_new(struct listener *h);

/* Has the server shut it down, or connected it, so that it hears nobody else? */
bool listener_is_shut(const struct listener *h);

/* Is a connection waiting in the queue? */
bool listener_has_queue(const struct listener *h);

/* All of them, for kernel_connections(); free() the result. */
struct kernel_listener *listener_sockets(size_t *n);

#endif
