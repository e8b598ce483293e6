/* SPDX-License-Identifier: ISC */
/*
 * What the hook of vfork() reads and writes.  It is in assembler (vfork_x86_64.S), for vfork()
 * returns twice on one stack; so all it does is to set a flag and to jump.
 *
 * real_resolve() fills in the target (both are real.c's), process/guest asks for the flag: until it
 * is set, no process runs on the memory of its parent, and no hook needs to ask for its pid.
 */
#ifndef GRACE_LIBC_VFORK_H
#define GRACE_LIBC_VFORK_H

#include <sys/types.h>
#include <stdbool.h>

#include "libc/export.h"

/* The real one. fork() until the table is resolved: its child is one of its own, which can do all
 * that a child of vfork() may. */
extern pid_t (*vfork_target)(void) HIDDEN;

/* It was called, here or in a process that this one was forked from. */
extern bool vfork_called HIDDEN;

#endif
