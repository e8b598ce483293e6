/* SPDX-License-Identifier: ISC */
#ifndef GRACE_SUPERVISOR_KERNEL_PROCESS_TREE_H
#define GRACE_SUPERVISOR_KERNEL_PROCESS_TREE_H

#include "supervisor/kernel/procfs.h"

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Which processes belong to a generation, by what the kernel says alone.
 *
 * The supervisor is a subreaper, so all of them descend from it.  Members are: the main process and
 * who was seen to be one before (pid and start time); their descendants; and of the supervisor's
 * own children, whose parents have died, those that are in a session or process group which a
 * member leads or led (nobody gets there but by descending from it), and those that have the state
 * page of this generation open (nobody can put it into another's table).  Never: the supervisor,
 * its own session and group, zombies.
 *
 * A struct tree starts as zeros and is passed to each scan again: it remembers its members and the
 * groups they led.  A pid that was reused in between is told apart by its start time.
 */
struct tree_root {
    pid_t pid;
    unsigned long long start; /* 0: whoever has the pid */
    bool named; /* no root, but to be looked at where no walk leads to it: foreign, or no /proc */
};

enum tree_hint {
    TREE_UNNAMED,
    TREE_NAMED,     /* the page names it, and no other page does */
    TREE_BYSTANDER, /* it does so, but as a bystander */
    TREE_TAKEN,     /* it is known to be another generation's */
};

struct tree_id {
    pid_t pid;
    bool orphan; /* it was looked at itself, not its parent */
    unsigned long long start;
};

struct tree {
    struct procfs_stat *proc; /* the members, by ascending pid */
    size_t n;

    /* Set once: the page by which an orphan is known. */
    dev_t dev;
    ino_t ino; /* 0: by that none is */

    /* Its orphans don't come to us: another supervisor has started it.  Then an orphan that has the
     * page open is ours if it is named and in our control group: who only keeps what it is sent
     * (the service manager) is elsewhere. */
    bool foreign;

    /* What is known of an orphan elsewhere, NULL: nothing.  TREE_NAMED decides where we may not
     * look into a child of ours (containers without CAP_SYS_PTRACE). */
    enum tree_hint (*hint)(const struct tree *t, const struct procfs_stat *p);

    /* Sessions that were parted from it (process_apart.c): `start` of the last process there. */
    struct tree_id *apart;
    size_t napart;

    /* For the next scan and connections.c. */
    pid_t *leader; /* sessions and groups that are ours and not empty */
    size_t nleader;
    struct tree_id *other; /* below the supervisor, but of no concern to us, ascending */
    size_t nother;
    struct procfs_stat supervisor;
    /* The last scan may have missed whoever was to be found below one that was about to exit. */
    bool unsure;
    unsigned gone; /* differs from the scan before if one has gone, whose children moved */
    bool wide;     /* the last scan could not tell descent by parents alone */
};

/* Looks at the processes below the supervisor: its cost is by them, not by the machine.  A process
 * that is forked or orphaned meanwhile may be missed; to end a tree, scan and signal until no
 * member is left.  0, or -errno and the tree as it was. */
int tree_scan(struct tree *t, const struct tree_root *roots, size_t nroots, pid_t supervisor);
void tree_free(struct tree *t);

/* Before the first scan: the main process alone. */
void tree_plant(struct tree *t, pid_t main, pid_t supervisor);

/* Was pid a member in the scan, or learned since; is it in t->other? */
bool tree_has(const struct tree *t, pid_t pid);
bool tree_knows(const struct tree *t, const struct procfs_stat *p); /* this very one */
bool tree_ignores(const struct tree *t, pid_t pid);

/* The same question about a process that may have started after the scan, by its parents. */
enum tree_kin { TREE_OTHER, TREE_SUPERVISED, TREE_MEMBER };
enum tree_kin tree_kin(const struct tree *t, pid_t pid);

/* Is it a member?  If it is new, it is remembered. */
bool tree_learns(struct tree *t, const struct procfs_stat *p);

/* The member with this pid, or NULL. */
const struct procfs_stat *tree_member(const struct tree *t, pid_t pid);

/* In process_apart.c, as tree_is_apart() and tree_renew_apart(): from now on no process of this
 * session is a member, nor what descends from one. False: no memory is left. */
bool tree_part(struct tree *t, pid_t sid);
bool tree_is_apart(const struct tree *t, const struct procfs_stat *p);

/* Forgets the sessions that are none any more, and whose number may have come round. */
struct process_table;
void tree_renew_apart(struct tree *t, const struct process_table *tab);

/* Calls found() for each process that is below the supervisor now. 0 or -errno. */
int tree_below(pid_t supervisor, void (*found)(void *arg, pid_t pid), void *arg);

/* In process_signal.c, as all that follows.
 *
 * Sends sig to each member that still is the process the scan saw; to `first` (0: none) before the
 * others, so that a master can't replace its workers.  Returns how many got it. */
size_t tree_signal(const struct tree *t, int sig, pid_t first);

/* To those that were stopped when they were seen. */
void tree_signal_stopped(const struct tree *t, int sig);

/* To one that has a handler for it (a real-time signal kills one that hasn't), unless it is
 * pending there. */
bool tree_tell(const struct procfs_stat *p, int sig);

/* Is sig pending because it can't run (stopped, traced, in the middle of a disk's work)?  Whenever
 * it runs again, its handler is the first to do so. */
bool tree_is_stuck(const struct procfs_stat *p, int sig);

/* libc has pidfd_open() since 2.36 only. -errno: it is gone, or there are no pidfds. */
int tree_pidfd(pid_t pid);

/* Becomes readable when that member has ended.  -ESRCH: none is left; else -errno: no pidfds. */
int tree_watch(const struct tree *t);

/* In clock ticks after boot, 0 when gone or zombie. */
unsigned long long tree_start_time(pid_t pid);

/* Is it alive, and the same process?  (start 0: whichever) */
bool tree_alive(pid_t pid, unsigned long long start);

/* Has it a handler for sig? */
bool tree_catches(pid_t pid, int sig);

/* Has it a handler for whatever signal there is?  A runtime (Go's) that catches all of them has not
 * been told what each means, and may end the program as the kernel would. */
bool tree_catches_all(pid_t pid);

/* Has sig been sent to it, and not arrived yet? */
bool tree_has_pending(pid_t pid, int sig);

#endif
