/* SPDX-License-Identifier: ISC */
/*
 * The connections this process holds: accepted, copied by dup or fork, closed by whatever way.
 * The count lives in the process's slot of the state page.  listener/descriptors tells of what
 * comes and goes, and the hook of close() where that is all there is to do.  What every connection
 * passes is inline: tests/bench counts its instructions.
 */
#ifndef GRACE_PROCESS_CONNECTIONS_H
#define GRACE_PROCESS_CONNECTIONS_H

#include <stdint.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "protocol/connection_note.h"

/* Of connection_note.stream: another number, or another process, may have it, too. */
enum { CONNECTION_COPIED = 0x800 };

/* By number; the supervisor reads it in the process's memory. */
extern struct connection_note connections_notes[PAGE_NOTES] HIDDEN;

/* Puts what this process holds into the slot that self_join() has given it. */
void connections_join(void);

/* For a process that drains: sets the count right. Too much is what was never closed here, such
 * as the connections of a child that nobody saw being made and that was killed. */
void connections_recount(void);

/* One more, on a number that is in the table. Returns what the table had there: more than FD_NONE
 * is a close that nobody saw, and for the caller to make good (descriptors_displaced()). */
static inline uint8_t connections_enter(int fd, uint32_t age)
{
    uint8_t was = fdtab_exchange(fd, FD_CONNECTION);

    connections_notes[fd] = (struct connection_note){.accepted = age};
    atomic_fetch_add(&self.slot->connections, 1);
    return was;
}

/* The same for a number that takes the place of another one; for a copy of it: both are marked. */
uint8_t connections_renumber(int fd, int from);
uint8_t connections_copied(int fd, int from);

/* Before a fork, and in its child: each that is there then both have. Is fd such a one, or a copy?
 */
void connections_forking(void);
void connections_forked(void);
bool connections_is_copied(int fd);

/* One more that the server has not asked for yet (taken.h). */
void connections_take(int fd, uint32_t age);

/* True: it was the last one. The child of a clone() that no hook saw closes on its parent's slot,
 * so the count may get too low, even below 0: no harm, the supervisor also asks the kernel. */
static inline bool connections_leave(void)
{
    return __builtin_expect(atomic_fetch_sub(&self.slot->connections, 1) == 1, 0);
}

/* One descriptor of a connection is gone. */
static inline void connections_closed(void)
{
    if (connections_leave() && (self_attention() & ATTENTION_DRAINING))
        self_ring();
}

/* This one counts no more, and stays open. */
static inline void connections_disown(int fd)
{
    if (fdtab_turn(fd, FD_CONNECTION, FD_NONE))
        connections_closed();
}

int connections_close_and_ring(int fd);

/* close() of what fdtab_get() just said to be a connection, not in a guest. It is counted before
 * it is done, so that it is a tail call: whoever believes the count asks the kernel, too. */
static inline int connections_close(int fd)
{
    if (fdtab_exchange(fd, FD_NONE) != FD_CONNECTION)
        return real.close(fd); /* another thread was faster */
    if (connections_leave() && (self_attention() & ATTENTION_DRAINING))
        return connections_close_and_ring(fd);
    return real.close(fd);
}

#endif
