/* SPDX-License-Identifier: ISC */
/*
 * What clients met while a server was restarted: the record of one run of the probe, which reports
 * read and only result.c and its neighbours write.
 *
 * Times are nanoseconds since the run began, on a clock that stands still while the machine does:
 * what a stopped machine loses is not the server's. One thread writes and reads.
 */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/result/histogram.h"
#include "probe/result/timeline.h"

/* How clients are let down. */
enum failure {
    FAILURE_REFUSED,      /* nobody listened */
    FAILURE_RESET_BEFORE, /* reset before the whole request was sent */
    FAILURE_RESET_AFTER,  /* reset after it */
    FAILURE_CLOSED,       /* closed without a byte of an answer */
    FAILURE_TRUNCATED,    /* closed within the answer */
    FAILURE_WRONG,        /* an error status, not HTTP, or not what was expected */
    FAILURE_TIMEOUT,
    FAILURE_OTHER, /* `why` has the words of the system */
    FAILURES
};

/* What clients do. */
enum kind {
    KIND_NEW,        /* a connection for each request */
    KIND_KEEP_ALIVE, /* requests one after another on one connection */
    KIND_SLOW,       /* takes the answer when the hold is over */
    KIND_IDLE,       /* as keep-alive, with a hold between two requests */
    KIND_SILENT,     /* connects, and asks when the hold is over */
    KIND_HALF,       /* sends the second half of the request when the hold is over */
    KIND_CONNECT,    /* connects and closes */
    KINDS
};

enum { VERSION_LENGTH = 48, VERSIONS_MAX = 256, FAILURES_KEPT = 1000, WHY_LENGTH = 160 };

/* "refused", "reset-before-request", ...: in all reports the same. */
const char *failure_name(enum failure failure);
/* "the connection was refused", ...: for people. */
const char *failure_words(enum failure failure);
/* "new", "keep-alive", ... */
const char *kind_name(enum kind kind);

/* One request that failed. */
struct let_down {
    enum failure failure;
    enum kind kind;
    bool reused;          /* the connection had carried a request before */
    int64_t began, at;    /* when the request began, and when it failed */
    int64_t wall;         /* `at` as nanoseconds since 1970 */
    unsigned port;        /* of the client; 0 if it has none */
    unsigned window;      /* in which it failed: an index of `windows` */
    int version;          /* that answered last on this connection: an index of `versions`, or -1 */
    char why[WHY_LENGTH]; /* what the system or the answer said, printable */
};

/* From the beginning of a restart to that of the next one. The first window is what comes before
 * the first restart. */
struct window {
    int64_t begin, end;
    int64_t restart_end;      /* when the restart was over; 0: not yet, or there was none */
    bool restart_failed;      /* the command said so, or was given up */
    char outcome[WHY_LENGTH]; /* what it said last, without control characters, or "" */
    int version_before, version_after; /* that answered last before it began, and before it ended */
    uint64_t answers;
    uint64_t failed; /* all kinds */
    int64_t silence; /* the longest time without an answer */
    struct histogram latency;
};

struct version {
    char name[VERSION_LENGTH];
    uint64_t answers;
    int64_t first, last; /* answer */
};

/* Of one kind of clients. */
struct kind_result {
    unsigned clients;
    uint64_t answers, connections;
    uint64_t failed[FAILURES];
    uint64_t closed_idle; /* connections that the server closed between two requests: its right */
};

struct result {
    const char *target; /* as it was given */
    int64_t started;    /* nanoseconds since 1970 */
    int64_t ended;      /* the length of the run, 0 while it goes on */
    int64_t standstill; /* nanoseconds that the machine lost, which are in no other number */
    int64_t rate;       /* requests a second that were asked for, 0: as many as possible */
    struct kind_result kinds[KINDS];
    struct window *windows; /* at least one */
    unsigned windows_used;
    struct version versions[VERSIONS_MAX]; /* in the order of their first answers */
    unsigned versions_used;
    struct let_down *let_down; /* the first FAILURES_KEPT of them */
    unsigned let_down_used;
    struct histogram latency;
    int64_t silence;
    struct timeline timeline;
    int64_t last_answer; /* where the present silence began */
};

/* Times of answers begin now, which is 0. Ends the program if there is no memory. */
struct result *result_create(const char *target, int64_t wall);
void result_free(struct result *result);

/* The index of a version, which is made known by that; the last one if there are too many. */
int result_version(struct result *result, const char *name, size_t length);

/* So many clients of a kind there are; one of them has connected; a connection on which nothing was
 * asked was closed by the server. */
void result_clients(struct result *result, enum kind kind, unsigned clients);
void result_connected(struct result *result, enum kind kind);
void result_closed_idle(struct result *result, enum kind kind);

/* A request was answered at `now` after `us` microseconds; `version` as in struct let_down. */
void result_answer(struct result *result, enum kind kind, int64_t now, uint64_t us, int version);

/* Fills in `window`, and copies. */
void result_let_down(struct result *result, const struct let_down *let_down);

/* A restart begins; it is over, and `outcome` ("" if nothing was said) is what it said. */
void result_restart_begin(struct result *result, int64_t now);
void result_restart_end(struct result *result, int64_t now, bool failed, const char *outcome);

/* The run is over. */
void result_end(struct result *result, int64_t now, int64_t standstill);

/* Sums over all kinds of clients. */
uint64_t result_answers(const struct result *result);
uint64_t result_failed(const struct result *result);
uint64_t result_failed_as(const struct result *result, enum failure failure);
/* Did the restart of that window fail, or is it not over? */
bool result_restart_failed(const struct window *window);
/* Restarts that began, and those of them that failed or are not over. */
unsigned result_restarts(const struct result *result);
unsigned result_restarts_failed(const struct result *result);
/* Nobody was let down, somebody was answered, and each restart worked. */
bool result_good(const struct result *result);

#endif
