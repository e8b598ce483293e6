/* SPDX-License-Identifier: ISC */
/*
 * The processes of a server whose supervisor was killed, found in /proc.  Who holds its recovery
 * record is a candidate; a process of the server is one that has the state page of a generation
 * mapped for writing, a page that this user has made.  A descriptor can be sent to any process that
 * takes some; a mapping nobody can make for another.
 */
#ifndef GRACE_SUPERVISOR_RECOVERY_ORPHANS_H
#define GRACE_SUPERVISOR_RECOVERY_ORPHANS_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "supervisor/state/record.h"

struct orphan {
    pid_t pid;
    unsigned long long start;
    ino_t page; /* of the memfd that it has mapped */
    int memory; /* its number for that */
};

struct orphans {
    struct orphan *proc; /* by page, then by start: the first of each generation is its oldest */
    size_t n, room;
    struct {
        pid_t pid;
        unsigned long long start;
    } supervisor; /* the oldest that holds the record, this process too; pid 0: none */
};

/* All whose record `wanted` says yes to. 0 or -errno. */
int orphans_find(struct orphans *o, bool (*wanted)(const struct record *r));
void orphans_free(struct orphans *o);

#endif
