/* SPDX-License-Identifier: ISC */
/*
 * The guest on this memory: the child of a vfork() runs on its parent's until it execs, and so does
 * any clone() with CLONE_VM.  There the shim must write nothing (CPython's subprocess closes every
 * descriptor in such a child).  The hooks ask before they change a table; a close() is answered
 * without a system call until vfork() was called for the first time.
 */
#ifndef GRACE_PROCESS_GUEST_H
#define GRACE_PROCESS_GUEST_H

#include <sys/types.h>
#include <stdbool.h>

#include "libc/export.h"
#include "libc/vfork.h"

/* Set by the constructor, and in the child of a fork: it has a memory of its own. */
extern pid_t memory_owner HIDDEN;

/* Is the caller another process than the owner? Asks the kernel, so it is also true in the child of
 * a clone() that no hook saw. */
bool guest_by_pid(void);

/* True in a child of vfork(). */
static inline bool guest_is_running(void)
{
    return __builtin_expect(vfork_called, 0) && guest_by_pid();
}

#endif
