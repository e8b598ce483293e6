/* SPDX-License-Identifier: ISC */
/*
 * Connections that were taken from a listener for the server, which has not asked for them yet: a
 * wait call reports a blocking listener that generations share only with one of these in hand
 * (listener/take.h), and the accept() that follows returns it.
 *
 * Each is told to one thread.  That one is told again, as the kernel does until the queue is empty;
 * another is only when it has taken long: two that are told of one connection would both ask, and
 * the second would sleep.
 *
 * The number is the shim's (FD_TAKEN), as long as the server does not know of it.  Of a parent and
 * the child of a fork the parent keeps it.
 */
#ifndef GRACE_PROCESS_TAKEN_H
#define GRACE_PROCESS_TAKEN_H

#include <sys/socket.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "libc/export.h"

struct taken {
    _Atomic int state;
    int listener, fd;
    _Atomic uintptr_t told; /* the thread, or 0 */
    _Atomic int64_t since;
    socklen_t len;
    struct sockaddr_storage peer; /* getpeername() tells no more when the client has reset it */
};

extern _Atomic unsigned taken_count HIDDEN;

/* The listeners that the calling thread was told of, and has not asked for one of them since: a bit
 * stands for each 64th number. Where it stands tells the thread, also in the child of a fork. */
extern _Thread_local uint64_t taken_told HIDDEN;

static inline bool taken_any(void)
{
    return atomic_load_explicit(&taken_count, memory_order_relaxed) != 0;
}

/* A free entry, or NULL. It is the caller's until it is kept or dropped. */
struct taken *taken_new(void);

/* It has `fd` from `listener`: told to the calling thread, or to nobody. */
void taken_keep(struct taken *t, int listener, int fd, bool told);

/* Is the calling thread to be told that `listener` is readable? And now it is. */
bool taken_is_due(int listener);
bool taken_tell(int listener);

/* Is it one that nobody was told of? */
bool taken_is_new(int listener);

/* Those that are due: the first entry from *at on. Its listener, or -1. */
int taken_next_due(unsigned *at);

/* One from this listener for accept(), then the caller's: this thread's, one of nobody, or any. */
struct taken *taken_claim(int listener, bool any);
void taken_put_back(struct taken *t);

/* Closes what it has. */
void taken_drop(struct taken *t);

/* The server gives the listener up; the child of a fork has none. Keep errno. */
void taken_forget(int listener);
void taken_forget_all(void);

/* Frees this number for the server. */
void taken_move(int fd);

#endif
