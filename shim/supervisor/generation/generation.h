/* SPDX-License-Identifier: ISC */
/*
 * One run of the server: its processes, its state page and the sockets it binds.  This module
 * knows what a generation is and can be asked how it is; when it is started, drained or retired
 * is decided in restart.c, drain.c and retire.c.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_GENERATION_H
#define GRACE_SUPERVISOR_GENERATION_GENERATION_H

#include <sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "protocol/page.h"
#include "supervisor/kernel/process_tree.h"
#include "supervisor/state/listener.h"

/* Connections seen between processes: sent by SCM_RIGHTS, not yet received. */
struct flights {
    unsigned n;
    unsigned long inode[32];
};

enum generation_state {
    GENERATION_STARTING,
    GENERATION_SERVING,
    GENERATION_DRAINING,
    GENERATION_RETIRING, /* being ended */
    GENERATION_RETIRED,  /* no process is left */
};

struct generation {
    TAILQ_ENTRY(generation) link;
    unsigned number;
    enum generation_state state;
    pid_t main;
    unsigned long long main_start;
    bool exited; /* the main process has been reaped, with `status` */
    int status;
    bool notified; /* it has said READY=1 itself */
    bool adopted;  /* another supervisor has started it: it has no control socket */
    bool silent;   /* it was found to run without the shim, or past it */
    bool shimless; /* at the last look for that */
    int64_t look;  /* the age at which to look for that next */
    bool looked;   /* page->looked_for was reported */
    bool lost;     /* it has said so, and the kernel has not been asked since: see step/lost.h */
    struct page *page;
    uint32_t attention; /* what the page is to say: see generation_attention() */
    unsigned slots;     /* of the page that were ever used */
    bool joined;        /* some process of it has loaded the shim */
    int memory, bell, control;
    int failed;      /* what could not be executed is told here; -1: it was executed */
    unsigned unread; /* turns since all messages were read */
    struct {
        int64_t since;
        unsigned lines, more;
    } log_limit;
    int64_t refused;                        /* when it last asked in vain for a restart */
    struct listener *bound[PAGE_LISTENERS]; /* by index of the page */
    uint32_t known[PAGE_LISTENERS];         /* flags of those that were seen, not only said */
    unsigned entries;                       /* of these two that were ever used */
    struct tree tree;
    int witness;         /* pidfd of a member, see generation_lives() */
    uint64_t *dismissed; /* by slot: who had it, and is dead or no member (members.c) */
    unsigned ndismissed;
    int64_t scanned; /* when that was */
    time_t started_at;
    int64_t started, ready_ms;
    unsigned shape;         /* how many listeners are adopted, waited on, ... */
    int64_t changed;        /* when that last changed */
    int64_t draining;       /* since */
    int64_t resumed;        /* since when its processes are told to resume, 0 if they need not be */
    bool stopped_accepting; /* every process has stopped accepting */
    int64_t asked;          /* last time the processes were told to drain, or to resume */
    int64_t confirm;        /* next look at the kernel's tables */
    bool empty;             /* the last look saw no connection */
    unsigned denied; /* looks at which its processes counted connections and the kernel knew none */
    bool surplus;    /* it has to make room for younger ones: GRACE_MAX_OLD */
    bool datagrams;  /* it has read some, and may owe answers */
    size_t internal; /* connections between its own processes, at the last look */
    struct flights flights;
    int64_t deadline; /* of the present state, CLOCK_NEVER for none */
    int killed;       /* last signal sent to end it */
    int64_t pause;    /* until it is sent again */
};

TAILQ_HEAD(generation_list, generation);
extern struct generation_list generation_list; /* oldest first */

/* A new one with a page that offers every listener of the store and names the processes of the
 * others. NULL with errno. */
struct generation *generation_new(unsigned number, uint32_t attention);

/* One of nothing yet. */
struct generation *generation_blank(void);

/* One that another supervisor has started, by the memfd of its page, which is its own from now on;
 * its main process is no child of ours, so it counts as exited. NULL with errno. */
struct generation *generation_adopt(int memory);

/* What number the doorbell has in that process, or -1. */
int generation_bell_number(const struct generation *g, pid_t pid);

void generation_free(struct generation *g);

/* Its main process is there: what descends from it belongs to it. */
void generation_spawned(struct generation *g, pid_t main);

/* Is any process of it alive?  If so, the supervisor wakes up when that may have changed: one of
 * them is watched. */
bool generation_lives(struct generation *g);

/* After each wait: looks at that one. */
void generation_watch(struct generation *g);

/* Its processes now (g->tree). 0 or -errno. */
int generation_scan(struct generation *g);

/* Sends sig to the main process; where that has gone (a daemon's first process), to those of its
 * tree that have no parent in it. The restart signal is the server's own then, no request. */
void generation_signal(struct generation *g, int sig);

/* If who got that signal is stopped: it has to run to take it. */
void generation_continue(struct generation *g);

/* Ends the whole tree, main process first. */
void generation_kill(struct generation *g, int sig);

/* Does it serve (or has it bound) this listener? What it only says that it serves counts when
 * generation_confirm() has asked the kernel. */
bool generation_uses(const struct generation *g, const struct listener *h);

void generation_confirm(struct generation *g);

/* Who bound it is gone: closed, unless the generation is still about to adopt it (it does not miss
 * the one who bound it for the generation before). */
void generation_left(struct generation *g, const struct listener *h);

/* Offers every listener of the store in its page, which is new; or one; or withdraws it. */
void generation_offer(struct generation *g);
void generation_bind(struct generation *g, unsigned index, struct listener *h, uint32_t known);
void generation_forget(struct listener *h); /* in all generations */

/* Keeps fd, which is ours from now on, as the listener of this index, that `pid` has made. False:
 * it was there already, or can't be kept, which is said. */
bool generation_keep(struct generation *g, unsigned index, int fd, pid_t pid);

/* What its processes are to do. They find it in the page, where it is written again whenever they
 * are told: one of them may have changed it. */
void generation_attention(struct generation *g, uint32_t set, uint32_t clear);

/* The page has been written to: what once was there can't be taken back. */
void generation_note(struct generation *g);
bool generation_joined(const struct generation *g);

/* Of the page, and what is known besides. */
uint32_t generation_flags(const struct generation *g, unsigned index);

/* The key that the page says fd has, as far as the socket bears it out: nothing is known of a path
 * that has been renamed. */
uint64_t generation_key(const struct generation *g, unsigned index, int fd);

/* Listeners in its page: offered, adopted or listening, waited on; unknown are those whose copy has
 * not come yet. */
struct generation_listeners {
    unsigned offered, adopted, used, unknown, waited, missing;
};
struct generation_listeners generation_listeners(const struct generation *g);

/* One that nobody waits on and the generation before does, or NULL. */
const struct listener *generation_missing(const struct generation *g);

struct generation *generation_by_pid(pid_t pid);

#endif
