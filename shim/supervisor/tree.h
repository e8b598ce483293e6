/* SPDX-License-Identifier: ISC */
#ifndef GRACE_TREE_H
#define GRACE_TREE_H

#include "procfs.h"

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Which processes belong to a generation.
 *
 * Members are: the roots (processes known to belong: the main process, each
 * pid with a slot in the state page); all their descendants; and whoever is in
 * a session or process group led by a root or member, also after that leader
 * has died.  Never: the supervisor, what descends from it otherwise, its own
 * session and group, zombies.
 *
 * A struct tree starts as zeros and is passed to each scan again: it remembers
 * its members and the groups they led, so that a process that was seen once
 * stays a member when its parents die and it ends up below the supervisor or
 * init.  A pid that was reused in between is told apart by its start time.
 */
struct tree_root {
    pid_t pid;
    unsigned long long start; /* 0: whoever has the pid */
    bool gone;                /* dead, long since perhaps: see tree_scan */
};

struct tree {
    struct procfs_stat *proc; /* the members, by ascending pid */
    size_t n;

    /* For the next scan and truth.c. */
    pid_t *leader; /* sessions and groups that are ours and not empty */
    size_t nleader;
    pid_t *other; /* below the supervisor, but of no concern to us, ascending */
    size_t nother;
    struct procfs_stat supervisor;
};

/* One pass over /proc.  roots may contain dead processes.  The number of one that is `gone` may
 * have been somebody else's since: it claims only what it has left to the supervisor, a daemon's
 * second child that has not joined yet.  A process that is
 * forked meanwhile may be missed; to end a tree, scan and signal until no
 * member is left.  0, or -errno and the tree as it was. */
int tree_scan(struct tree *t, const struct tree_root *roots, size_t nroots, pid_t supervisor);
void tree_free(struct tree *t);

/* Was pid a member in the scan; is it in t->other? */
bool tree_has(const struct tree *t, pid_t pid);
bool tree_ignores(const struct tree *t, pid_t pid);

/* The same question about a process that may have started after the scan:
 * does it descend from a member, is it in a group of ours? */
enum tree_kin { TREE_OTHER, TREE_SUPERVISED, TREE_MEMBER };
enum tree_kin tree_kin(const struct tree *t, pid_t pid);

/* Sends sig to each member that still is the process the scan saw; to `first`
 * (0: none) before the others, so that a master can't replace its workers.
 * Returns how many got it. */
size_t tree_signal(const struct tree *t, int sig, pid_t first);

/* In clock ticks after boot, 0 when gone or zombie. */
unsigned long long tree_start_time(pid_t pid);

/* Is it alive, and the same process?  (start 0: whichever) */
bool tree_alive(pid_t pid, unsigned long long start);

/* Has it a handler for sig?  A real-time signal kills one that hasn't. */
bool tree_catches(pid_t pid, int sig);

#endif
