/* SPDX-License-Identifier: ISC */
/*
 * The state page: one memfd per generation, mapped by the supervisor and by every process of the
 * generation.  Nobody waits for anybody.
 *
 * A process owns one slot.  It writes accepting, connections, accepting; who reads takes drained,
 * accepting, connections: any other order loses connections that are just arriving.
 *
 * Any process of the server can write all of it, trusted or not, and be killed between two of its
 * stores.  So who reads bounds what is an index or a count, and takes the rest as a hint where to
 * ask the kernel.
 */
#ifndef GRACE_PROTOCOL_PAGE_H
#define GRACE_PROTOCOL_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/address.h"

/* Of the memfd: the version of the page, and the number of the generation. */
#define PAGE_NAME "grace:%u:%u"

enum {
    PAGE_VERSION = 7,
    PAGE_SLOTS = 4096,        /* processes of one generation; of more only the kernel tells */
    PAGE_LISTENERS = 1024,    /* listeners of one generation at a time; more are not handed over */
    PAGE_PREDECESSORS = 1024, /* processes of older generations that the new one is not to see */
    PAGE_COMMANDS = 64,       /* by which processes were executed that serve */
    PAGE_COUNTERS = 64,       /* buckets that number equal binds (port 0, SO_REUSEPORT) */
    PAGE_NOTES = 1 << 20,     /* entries of a process's table of connections */
    PAGE_PID_FILES = 4,       /* locked pid files that the new generation writes to */
    PAGE_REFUSALS = 16,       /* locked files that are remembered while a generation starts */
    PAGE_EPOLLS = 16384,      /* epoll registrations of listeners that a process remembers */
};

/* page.attention: non-zero sends the wait calls through their slow path. */
enum {
    ATTENTION_STARTING = 1,  /* who waits on which listener is to be reported */
    ATTENTION_OVERLAP = 2,   /* another generation accepts on the same listeners */
    ATTENTION_DRAINING = 4,  /* take no new connection */
    ATTENTION_SUSPENDED = 8, /* take nothing where the generation before serves */
    ATTENTION_ENDING = 16,   /* it was asked to end: its own signals are no requests */
    ATTENTION_TAKING = 32,   /* accept() looks into the second queue, too: process/queues.h */
    ATTENTION_ALL = 63,
};

/* page.keep_alive */
enum keep_alive { KEEP_ALIVE_OFF, KEEP_ALIVE_CLOSE };

/* page_listener.flags */
enum {
    LISTENER_HELD = 2,        /* the supervisor keeps a copy and hands it out at bind() */
    LISTENER_ADOPTED = 4,     /* bound by this generation from the supervisor's copy */
    LISTENER_LISTENING = 8,   /* the server called listen() in this generation */
    LISTENER_WAITED = 16,     /* some process waits on it */
    LISTENER_NONBLOCK = 32,   /* the server's own view of O_NONBLOCK */
    LISTENER_CLOSED = 64,     /* some process closed it; the supervisor looks who is left */
    LISTENER_SHARED = 128,    /* another generation serves it, or may have to: its path stays */
    LISTENER_UNLINKED = 256,  /* its UNIX path is gone: not to be handed out again */
    LISTENER_REMOVED = 512,   /* this generation was told that it has removed its path */
    LISTENER_ASKED = 1024,    /* offered, and a process is just asking the supervisor for it */
    LISTENER_AWAITED = 2048,  /* as CLOSED, and somebody sleeps on the flags until it is cleared */
    LISTENER_UNSENT = 4096,   /* the supervisor has not got its copy yet */
    LISTENER_OUTSIDE = 8192,  /* others than this server have it open: O_NONBLOCK is theirs, too */
    LISTENER_CAME = 16384,    /* it was not bound by this server */
    LISTENER_LENT = 32768,    /* a process waits on it in an epoll where another registered it */
    LISTENER_PRIVATE = 65536, /* its path is in a directory that only one user may enter */

    /* see supervisor/generation/private.h */
    LISTENER_LOCAL = 1 << 17,   /* the kernel tells who connects to it (UNIX) */
    LISTENER_INSIDE = 1 << 18,  /* a process of this generation has */
    LISTENER_PUBLIC = 1 << 19,  /* somebody else has, or it can't be told */
    LISTENER_PASSING = 1 << 20, /* no other process will get its name */
    LISTENER_STAYS = 1 << 21,   /* a generation that drains goes on accepting there */

    LISTENER_TAKES = 1 << 22, /* who waits on it looks into its second queue, too */
    LISTENER_GIVES = 1 << 23, /* so does its successor: connections of it may be handed over */

    LISTENER_USED = LISTENER_ADOPTED | LISTENER_LISTENING, /* by this generation */
    LISTENER_KNOWN = LISTENER_HELD | LISTENER_LISTENING,   /* a copy is there, or on its way */
};

struct page_listener {
    _Atomic uint64_t key;    /* address_key() */
    _Atomic uint64_t alias;  /* the same of the path that it was renamed or linked to, or 0 */
    _Atomic uint64_t socket; /* its cookie, SO_COOKIE; 0: the entry is free */
    _Atomic uint32_t flags;
    _Atomic uint32_t since; /* ms on CLOCK_MONOTONIC: a moment ago it began to listen */
};

/* page_slot.giving: connections are being handed over; some could not be sent yet. */
enum { GIVING_NOTHING, GIVING_NOW, GIVING_MORE };

/* In page_slot.accepts: one addition ends an accept() and counts the connection. */
#define SLOT_ACCEPTED 0x100000

struct page_slot {
    _Atomic int32_t pid;
    _Atomic uint32_t away; /* executes something, perhaps without the shim: does not report */
    _Atomic uint32_t drained;
    _Atomic int32_t connections;
    /* SLOT_ACCEPTED for each that worked, also of who had the slot before; 1 for each in progress
     */
    _Atomic uint64_t accepts;
    _Atomic uint64_t born;      /* ms on CLOCK_BOOTTIME: a pid started later is another process */
    _Atomic uint64_t notes;     /* address of that process's connection notes, by fd */
    _Atomic uint32_t suspended; /* something is suspended there, or a thread does not know yet */
    _Atomic int32_t bell;       /* the bell's number in that process, for a new supervisor */
    _Atomic uint32_t bystander; /* it was executed by the server, and serves nothing so far */
    _Atomic uint16_t polls;     /* it has waited for blocking listeners, and accepts then */
    _Atomic uint16_t owed;      /* pid files that it was told to have locked, and has not */
    _Atomic uint16_t late;      /* it was a bystander before it took part */
    _Atomic uint16_t left;      /* the supervisor says: it is no part of the server any more */
    _Atomic uint32_t giving;    /* see above */
};

/* Of what is no file, but a segment of SysV shared memory; its inode is one more than its number.
 */
#define PAGE_SEGMENT UINT64_MAX

/* A file whose lock a process was refused, or waits for, or which it could not create, while
 * another generation serves.  Who has it the kernel says. */
struct page_refusal {
    _Atomic uint64_t inode; /* 0: the entry is free */
    _Atomic uint64_t device;
    _Atomic int64_t first, last; /* refused so long, clock_ms() */
    _Atomic uint32_t waiting;    /* so many sleep until they get it */
    _Atomic int32_t pid;         /* the last of them */
    _Atomic uint32_t bound;      /* the listeners of the generation then */
    _Atomic uint32_t exclusive;  /* no lock: it must not be there */
};

/* A pid file that a process of the generation writes its number into while the one that it named
 * still has it locked; once the generation has failed, in the page of that process: it is to write
 * its own number there again. */
struct page_pid_file {
    _Atomic uint64_t file; /* claims_file() */
    _Atomic int32_t pid;   /* whom it named; 0: the entry is free */
};

struct page {
    uint32_t version;
    uint32_t generation;
    _Atomic uint32_t attention;
    _Atomic uint32_t held;   /* listeners with LISTENER_HELD or _LISTENING: 0 skips all search */
    _Atomic uint32_t served; /* a listener exists: see exec/inject.h */
    _Atomic uint32_t hello;  /* constructors that joined, and bystanders that take part */
    _Atomic int32_t first;   /* pid of the first of them: the server, unless it daemonizes */
    _Atomic uint32_t failed; /* constructors that could not */
    _Atomic uint32_t incomplete; /* what could not be sent, adopted or remembered */
    _Atomic uint32_t restarts;   /* restart requests from the server's processes */
    _Atomic int32_t restarter;   /* who sent the last of them, 0 if not known */
    _Atomic int32_t looked_for;  /* a process of an older generation that was called dead, as long
                                    as it may go on; negative: the pid file names it again */
    _Atomic int32_t keeper;      /* the process that starts a new supervisor: see exec/recovery.h */
    _Atomic int32_t supervisor;  /* pid of the one that runs, or ran */
    _Atomic uint32_t hint;       /* where to look for a free slot */
    _Atomic uint32_t entries;    /* of listeners[]: the others never were in use */
    /* Since when, and until when, generations were started that serve beside this one or in its
     * place: ms on CLOCK_REALTIME, as files have it; 0: none was. */
    _Atomic int64_t successor_from, successor_until;
    _Atomic uint32_t worker;     /* which of several (GRACE_WORKERS), for a new supervisor */
    _Atomic uint32_t keep_alive; /* what its connections are told when it drains: below */
    _Atomic uint32_t tunnels;    /* this server is one that answers CONNECT, or 101 */
    _Atomic uint32_t told;       /* connections that were told that an answer is the last one */
    _Atomic uint32_t placeless;  /* the supervisor has no directory to hide UNIX placeholders in */
    _Atomic uint32_t commands[PAGE_COMMANDS];
    _Atomic uint32_t binds[PAGE_COUNTERS];
    _Atomic uint32_t transient[PAGE_COUNTERS]; /* listeners that were closed again at once */
    _Atomic uint32_t
        alone; /* the next generation starts when this one has ended (GRACE_MODE=auto) */
    struct page_refusal refusals[PAGE_REFUSALS];
    struct page_pid_file pid_files[PAGE_PID_FILES];
    /* written before the generation starts; 0 ends the list */
    int32_t predecessors[PAGE_PREDECESSORS];
    struct page_listener listeners[PAGE_LISTENERS];
    _Alignas(64) struct page_slot slots[PAGE_SLOTS];
};

/* Claims a slot for the calling process; NULL when all belong to living processes. */
struct page_slot *page_claim_slot(struct page *page, int32_t pid);

/* What was executed by this command serves; does it? Beyond PAGE_COMMANDS none is remembered. */
void page_note_command(struct page *page, uint32_t command);
bool page_has_command(struct page *page, uint32_t command);

/* The entry of this file, a new one where there is none; NULL: all are taken. */
struct page_refusal *page_claim_refusal(struct page *page, uint64_t device, uint64_t inode);

/* How many listeners the generation serves, or is about to. */
unsigned page_count_used(struct page *page);

/* So many entries of listeners[] have to be looked at. */
static inline unsigned page_entries(const struct page *page)
{
    uint32_t n = atomic_load(&page->entries);

    return n < PAGE_LISTENERS ? n : PAGE_LISTENERS;
}

/* Has it a slot? */
bool page_has_process(const struct page *page, int32_t pid);

/* The cookie of an entry whose socket has none. */
static inline uint64_t page_no_socket(int index)
{
    return UINT64_MAX - (unsigned)index;
}

/* The index of the listener with this cookie (0: not known, so it is new), claimed for the first
 * who asks. -1 when the table is full. */
int page_claim_listener(struct page *page, uint64_t key, uint64_t socket, bool *claimed);

/* The index of the listener, -1 for none: with this cookie; with this key and any of the flags; the
 * first from `from` on whose key is equal but for its number, with any of the flags. */
int page_find_socket(struct page *page, uint64_t socket);
int page_find_listener(struct page *page, uint64_t key, uint32_t flags);
int page_find_member(struct page *page, uint64_t key, int from, uint32_t flags);

/* Which of page.binds and page.transient counts for this address. */
static inline unsigned page_bucket(uint64_t key)
{
    return (unsigned)(key / ADDRESS_NUMBERS % PAGE_COUNTERS);
}

/* Has another entry the key?  Of two that are just getting their numbers the first keeps it. */
bool page_has_other(struct page *page, int index, uint64_t key);

/* The same key with the lowest number that no other entry has, of those that page_has_other() would
 * see. */
uint64_t page_free_key(struct page *page, int index, uint64_t key);

#endif
