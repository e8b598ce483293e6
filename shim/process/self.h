/* SPDX-License-Identifier: ISC */
/*
 * What the shim knows about the process it lives in.  Filled once by the constructor
 * (constructor.c); until then, and for ever when the shim is off, `page` and `slot` point at
 * ones of its own that nobody reads, so that no hook has to ask whether they are there.
 */
#ifndef GRACE_PROCESS_SELF_H
#define GRACE_PROCESS_SELF_H

#include <sys/types.h>
#include <stdbool.h>

#include "libc/export.h"
#include "protocol/handoff.h"
#include "protocol/page.h"

struct self {
    struct page *page;
    struct page_slot *slot;
    /* Non-zero: the wait calls have more to do than to wait. */
    const _Atomic uint32_t *slow;
    bool on;                  /* part of a generation */
    _Atomic bool bystander;   /* so far only executed by it: see bystander.h */
    _Atomic bool left;        /* it was a part of it, or a bystander: see bystander.h */
    _Atomic uint32_t command; /* by which it was executed; 0: it has been noted that it serves */
    bool late;      /* it was one, and has not yet received anything: what it binds is to serve */
    bool elsewhere; /* in another PID namespace: its number means nobody, or somebody else */
    union handoff_fds fds; /* parked */
    int restart_signal;    /* the signal that asks for a restart; never reaches the server */
    bool keep_children;    /* GRACE_CHILDREN=keep: helpers stay wrapped */
    char library[4096];    /* absolute path of libgrace.so, as LD_PRELOAD names it */
};

extern struct self self HIDDEN;

static inline uint32_t self_attention(void)
{
    return atomic_load_explicit(&self.page->attention, memory_order_relaxed);
}

/* Has another generation the same listeners? */
static inline bool self_shares(void)
{
    return (self_attention() & (ATTENTION_OVERLAP | ATTENTION_DRAINING)) != 0;
}

static inline _Atomic uint32_t *self_listener_flags(int index)
{
    return &self.page->listeners[index].flags;
}

/* Makes the supervisor look at the page. Async-signal-safe, keeps errno. */
void self_ring(void);

/* Is the supervisor dead? */
bool self_is_orphan(void);

/* A listener could not be passed to the supervisor, or got from it, for it takes no message; or not
 * all of its epolls be remembered. Says so through the page. */
void self_incomplete(void);

/* One line for the supervisor's log. Keeps errno. */
void self_note(const char *text, const char *detail);

/* This process, as the supervisor may call it; 0 if it can't. */
pid_t self_pid(void);

/* Is this the first process of a PID namespace? Its parent is outside. */
bool self_leads_namespace(void);

/* Puts a process that is new (constructor, fork child) into a slot of its own. One elsewhere goes
 * on uncounted, as where no slot is left. */
void self_join(void);

#endif
