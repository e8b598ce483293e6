/* SPDX-License-Identifier: ISC */
/*
 * One run of the server: its processes, its state page and the sockets it binds.  When it is
 * started, drained or retired is decided in restart/ and step/.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_GENERATION_H
#define GRACE_SUPERVISOR_GENERATION_GENERATION_H

#include <sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "protocol/connection_note.h"
#include "protocol/page.h"
#include "supervisor/kernel/process_tree.h"
#include "supervisor/state/listener.h"

/* To what the server has started, not of its clients: see detached.h. */
struct own_connections {
    unsigned n;
    unsigned long inode[32];
};

/* Connections seen between processes: sent by SCM_RIGHTS, not yet received. */
struct flights {
    unsigned n;
    unsigned long inode[32];
};

/*
 * What the supervisor has decided of it.  To drain takes more: ATTENTION_DRAINING tells its
 * processes, once the queues that nobody wants are empty; `drained` of a slot is what that process
 * answers, in a page that all of them can write; and `stopped_accepting` keeps, from one
 * drain_end_step() to the next, that all have.
 */
enum generation_state {
    GENERATION_STARTING,
    GENERATION_SERVING,
    GENERATION_DRAINING,
    GENERATION_RETIRING, /* being ended */
    GENERATION_RETIRED,  /* no process is left */
};

/* How far it is with what it hands over: see step/pass.h. */
enum passing {
    PASSING_NOT,
    PASSING_OPEN,    /* its processes may send connections */
    PASSING_CLOSING, /* none is to begin any more */
    PASSING_READING, /* none is at it; what was sent may be unread */
    PASSING_OVER
};

struct generation {
    TAILQ_ENTRY(generation) link;
    unsigned number;
    enum generation_state state;
    unsigned worker; /* which of several: see workers.h */
    pid_t main;
    unsigned long long main_start;
    pid_t group; /* its process group: see generation_group() */
    bool exited; /* the main process has been reaped, with `status` */
    int status;
    bool notified;   /* it has said READY=1 itself */
    char said[128];  /* its last STATUS=, "" if there is none: see front/systemd/sd_notify.h */
    bool taken_over; /* another supervisor has started it: it has no control socket */
    bool unwrapped;  /* it was said to run without the shim, or past it */
    uint32_t hello;  /* of the page, when that was looked for */
    int64_t look;    /* the age at which to look for that next */
    bool looked;     /* page->looked_for was reported */
    bool incomplete; /* as its page said; the kernel was not asked since: see step/unsent.h */
    struct page *page;
    uint32_t attention; /* what the page is to say: see generation_attention() */
    unsigned slots;     /* of the page that were ever used */
    bool joined;        /* some process of it has loaded the shim */
    int memory, bell, control;
    int failed;      /* what could not be executed is told here; -1: it was executed */
    unsigned unread; /* turns since all messages were read */
    uint64_t to_come[PAGE_LISTENERS / 64]; /* somebody waits for one whose message is not here */
    struct {
        int64_t since;
        unsigned lines, more;
    } log_limit;
    int said_fd;                            /* the standard stream that is a file, 0: none is */
    off_t said_from;                        /* how long that was when this generation started */
    int64_t refused;                        /* when it last asked in vain for a restart */
    struct listener *bound[PAGE_LISTENERS]; /* by index of the page */
    uint32_t known[PAGE_LISTENERS];         /* flags of those that were seen, not only said */
    unsigned entries;                       /* of these two that were ever used */
    struct tree tree;

    /* Where it listens unseen, at the last look for that: see unseen.h. */
    struct kernel_unseen unseen;

    bool serves_itself;                 /* what is in main's session, or descends from it */
    struct own_connections connections; /* at the last look for what is detached */
    int64_t next_note;                  /* when to look for these */
    bool undecided;                     /* it may tell then what was only started */
    bool was_ready;

    int witness;                    /* pidfd of a member, see generation_lives() */
    uint64_t dismissed[PAGE_SLOTS]; /* who had the slot, and is dead or no member (slots.c) */
    int64_t scanned;                /* when that was */
    time_t started_at;
    int64_t started, ready_ms;
    unsigned shape;         /* how many listeners are adopted, waited on, ... */
    int64_t changed;        /* when that last changed */
    int64_t draining;       /* since */
    int64_t resumed;        /* since when its processes are told to resume, 0 if they need not be */
    bool stopped_accepting; /* every process has answered, and no accept() is in progress */
    bool handed_over;       /* that was said; or who has not, after some seconds */
    int64_t asked;          /* last time the processes were told to drain, or to resume */
    unsigned told;          /* how often, to drain */
    bool told_unnamed;      /* all that had started when it began to drain */
    int64_t confirm;        /* next look at the kernel's tables */
    bool empty;             /* the last look saw no connection */
    unsigned denied; /* looks at which its processes counted connections and the kernel knew none */
    bool surplus;    /* it has to make room for younger ones: GRACE_MAX_OLD */
    bool hurried;    /* it has no time to drain: restart --now */
    enum passing passing;
    unsigned given;                 /* connections that it has handed to its successor */
    bool unheard;                   /* it has ended, and its last messages may be unread */
    bool datagrams;                 /* it has read some, and may owe answers */
    int64_t look_at_notes;          /* of its connections, for the status: not before */
    unsigned cut_by[STREAM_STATES]; /* of those that it has cut: why they were there */
    size_t owed;                    /* connections that it was to finish, when it began to drain */
    size_t cut;                     /* of these, for they took too long */
    size_t internal;                /* connections between its own processes, at the last look */
    struct flights flights;
    int64_t deadline;                       /* of the present state, CLOCK_NEVER for none */
    int killed;                             /* last signal sent to end it */
    uint64_t asked_to_end[PAGE_SLOTS / 64]; /* who has had it, by slot: see step/retire.c */
    int64_t pause;                          /* until it is sent again */
};

TAILQ_HEAD(generation_list, generation);
extern struct generation_list generation_list; /* oldest first */

/* What its processes are to do. They find it in the page, where it is written again whenever they
 * are told: one of them may have changed it. */
void generation_attention(struct generation *g, uint32_t set, uint32_t clear);

/* The one that main leads, or that nobody leads: then until main leads one of its own. No other: it
 * may have joined the group of a shell, which it must not have signalled by us. */
pid_t generation_group(const struct generation *g);

/* Has some process of it loaded the shim? */
bool generation_joined(const struct generation *g);

/* The one whose main process this is, or NULL. */
struct generation *generation_by_pid(pid_t pid);

/* The one with this number, or NULL: it is gone. */
struct generation *generation_by_number(unsigned number);

#endif
