/* SPDX-License-Identifier: ISC */
/*
 * The locks that others have while this generation starts beside another one.  Where that is the
 * one that serves, this one can't get them before it has ended; the supervisor, which asks the
 * kernel who has them, then lets them follow each other (supervisor/restart/contention.h).
 */
#ifndef GRACE_PROCESS_REFUSALS_H
#define GRACE_PROCESS_REFUSALS_H

#include <stdbool.h>

#include "process/self.h"

/* Does anybody want to know?  What costs more is done then only. */
static inline bool refusals_count(void)
{
    const uint32_t both = ATTENTION_STARTING | ATTENTION_OVERLAP;

    return __builtin_expect((self_attention() & both) == both, 0);
}

/* The lock of this file was refused. Keeps errno. */
void refusals_note(int fd);

/* It has to be created by who opens it, and is there. Keeps errno. */
void refusals_note_exclusive(const char *path);

/* It looked who has this segment of SysV shared memory, and somebody has. Keeps errno. */
void refusals_note_segment(int id);

/* A lock of this file was refused, and the caller is about to sleep until it gets it: NULL, or what
 * to hand to refusals_awaited() then. Both keep errno. */
struct page_refusal *refusals_await(int fd);
void refusals_awaited(struct page_refusal *r);

#endif
