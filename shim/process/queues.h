/* SPDX-License-Identifier: ISC */
/*
 * The second queues of the listeners: beside the backlog, which the kernel fills, a socket by which
 * the supervisor passes on connections that a generation before has accepted and not touched
 * (supervisor/state/accept_queue.h).  This process has the receiving end, parked, for each listener
 * that it got one for; children of a fork share it, and each message, one connection, is one's.
 *
 * Waited on like the listener itself (process/epolls.h, wait/queued.h); accept() asks it first, for
 * a listener that is busy would starve it.  Both only as long as the supervisor says so: it stops
 * when nobody can put anything there any more, and nothing is left.
 */
#ifndef GRACE_PROCESS_QUEUES_H
#define GRACE_PROCESS_QUEUES_H

#include <sys/socket.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "libc/export.h"
#include "process/fdtab.h"
#include "process/self.h"

/* By index of the listener in the page: the number, + 1; 0: there is none. */
extern _Atomic int queues_ends[PAGE_LISTENERS] HIDDEN;

static inline int queues_end(int index)
{
    return atomic_load_explicit(&queues_ends[index], memory_order_relaxed) - 1;
}

/* Who drains takes nothing back that one of its own processes has just handed over. */
static inline bool queues_wanted(void)
{
    const uint32_t about = ATTENTION_TAKING | ATTENTION_DRAINING;

    return __builtin_expect((self_attention() & about) == ATTENTION_TAKING, 0);
}

/* The queue that is to be asked before the listener fd, or -1. */
static inline int queues_of(int fd)
{
    return queues_wanted() && fdtab_kind(fd) == FD_LISTENER ? queues_end(fdtab_index(fd)) : -1;
}

/* For so many listeners of a process: our own numbers are few (own_fds.h), and where the server may
 * open no more than a thousand it needs the others itself. */
enum { QUEUES_MOST = 8 };
bool queues_have_room(void);

/* This is the end for that listener, to be parked. */
void queues_keep(int index, int end);

/* This process has the listener no more, or takes nothing there. Keeps errno. */
void queues_leave(int index);

/* The server is about to get the number of a queue: it is left. False: it is none of one. */
bool queues_yield(int fd);

/* As accept4() on the listener fd, but from its queue: EAGAIN when nobody is there. */
int queues_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags);

#endif
