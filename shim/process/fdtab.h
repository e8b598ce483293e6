/* SPDX-License-Identifier: ISC */
/*
 * What this process knows of each file descriptor number: one atomic byte each, so that the hook
 * of an untracked close() costs one load.  No lock, no allocation: a table in .bss that takes
 * memory only for the pages that are touched.  Numbers beyond the table are never tracked.
 *
 * Entries may be stale after closes that nobody can interpose (inside libc, raw system calls);
 * whoever finds a number taken again treats it as a missed close.
 */
#ifndef GRACE_PROCESS_FDTAB_H
#define GRACE_PROCESS_FDTAB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "libc/export.h"

enum { FDTAB_SIZE = 1 << 20 };

enum fd_kind {
    FD_NONE = 0,
    FD_CONNECTION,  /* accepted */
    FD_LISTENER,    /* accepting; a generation may hand it on */
    FD_PLACEHOLDER, /* was a listener; drained */
    FD_SUSPENDED,   /* a listener that is not heard: see suspend.h */
    FD_FRESH,       /* a socket between socket() and bind(): its options are recorded */
    FD_TRANSIENT,   /* a listener that will soon be closed: see transient.h */
    FD_GIVEN,       /* accepted, and just being handed over: see stream/give.h */
    FD_OWN,         /* the shim's, invisible to the server */
    FD_TAKEN,       /* accepted, and invisible until the server asks for it: see taken.h */
    FD_KIND = 0x0f,
    /* flags of a listener */
    FD_NONBLOCK = 0x10, /* the server believes it to be non-blocking */
    FD_WAITED = 0x40,   /* accept() has reported it as waited on */
    FD_POLLED = 0x20,   /* a wait call reported it readable, and nothing is kept for accept() */
    FD_DATAGRAM = 0x80, /* it has no connections */
};

/* Sets of kinds, a bit for each. */
enum {
    FDS_LISTENING = 1 << FD_LISTENER | 1 << FD_SUSPENDED,     /* for the generation, heard or not */
    FDS_SEEM_LISTENING = FDS_LISTENING | 1 << FD_PLACEHOLDER, /* so the server believes */
    FDS_MAY_LISTEN = FDS_LISTENING | 1 << FD_TRANSIENT, /* the epolls they are in are to be known */
    FDS_IN_EPOLLS = FDS_MAY_LISTEN | 1 << FD_PLACEHOLDER,
    FDS_SERVERS = (1 << FD_OWN) - (1 << FD_CONNECTION), /* all but those of the shim */
    FDS_HIDDEN = 1 << FD_OWN | 1 << FD_TAKEN,
    FDS_ACCEPTED = 1 << FD_CONNECTION | 1 << FD_GIVEN | 1 << FD_TAKEN,
};

extern _Atomic uint8_t fdtab[FDTAB_SIZE] HIDDEN;

static inline uint8_t fdtab_get(int fd)
{
    return (unsigned)fd < FDTAB_SIZE ? atomic_load_explicit(&fdtab[fd], memory_order_relaxed) : 0;
}

static inline enum fd_kind fdtab_kind(int fd)
{
    return (enum fd_kind)(fdtab_get(fd) & FD_KIND);
}

static inline bool fdtab_is(int fd, unsigned kinds)
{
    return kinds >> fdtab_kind(fd) & 1;
}

/* No number above this one has ever been tracked. */
extern _Atomic int fdtab_highest HIDDEN;
bool fdtab_raise(int fd);

/* Can fd >= 0 be tracked? For what is then put at fdtab[fd]. */
static inline bool fdtab_reaches(int fd)
{
    return __builtin_expect(fd <= atomic_load_explicit(&fdtab_highest, memory_order_relaxed), 1) ||
           fdtab_raise(fd);
}

/* Sets kind and flags; returns the former ones. Out of range: nothing happens, 0. */
uint8_t fdtab_set(int fd, uint8_t value);

/* The same for a number that is known to be in the table. */
static inline uint8_t fdtab_exchange(int fd, uint8_t value)
{
    return atomic_exchange(&fdtab[fd], value);
}

/* Changes the kind of a number that has kind `from`, and no flag. False: it has not. */
bool fdtab_turn(int fd, enum fd_kind from, enum fd_kind to);

/* Was it set? */
bool fdtab_set_flag(int fd, uint8_t flag, bool on);

/* First fd >= from of these kinds (FD_NONE is none of them), or -1. */
int fdtab_next(int from, unsigned kinds);

/* How many fds are of these kinds. */
unsigned fdtab_count(unsigned kinds);

/* The listener's index in the state page (0 where none was set). */
int fdtab_index(int fd);
void fdtab_set_index(int fd, int index);

#endif
