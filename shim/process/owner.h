/* SPDX-License-Identifier: ISC */
/*
 * Which process is this?  After fork() a child joins the generation with a slot of its own.  The
 * child of a vfork() runs on its parent's memory until it execs: there the shim must write
 * nothing (CPython's subprocess closes every descriptor in such a child).
 */
#ifndef GRACE_PROCESS_OWNER_H
#define GRACE_PROCESS_OWNER_H

#include <sys/types.h>
#include <stdbool.h>

#include "libc/export.h"

/* What the vfork hook (assembler) jumps to. fork() until the table is resolved. */
extern pid_t (*real_vfork_target)(void);

/* Set by the vfork hook: from now on closing a tracked fd has to ask for the pid. */
extern bool owner_vforked HIDDEN;

/* Notes the owner of this memory and registers the fork handler. Called by the constructor. */
void owner_start(void);

bool owner_is_borrower(void);

/* True in a child that borrows its parent's memory. */
static inline bool owner_is_guest(void)
{
    return __builtin_expect(owner_vforked, 0) && owner_is_borrower();
}

/* In the child of a fork, however it was made. */
void fork_child(void);

pid_t owner_pid(void);

#endif
