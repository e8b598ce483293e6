/* SPDX-License-Identifier: ISC */
/*
 * Commands of the user, for a shell: those of GRACE_READY=exec, GRACE_BEFORE_RESTART and
 * GRACE_ON_EVENT.  Each runs where the server starts, with its environment, without the library, in
 * a process group of its own; it has none of our descriptors, nothing to read, and writes to where
 * the log goes.  Nobody waits for it: it is looked at, and killed with its group when its time is
 * over.
 */
#ifndef GRACE_SUPERVISOR_STEP_USER_COMMAND_H
#define GRACE_SUPERVISOR_STEP_USER_COMMAND_H

#include <sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct generation;

enum { USER_COMMAND_SAID = 200 };

struct user_command {
    SLIST_ENTRY(user_command) link;
    pid_t pid; /* 0: it does not run */
    int64_t deadline;
    bool late;  /* it was killed for that */
    int status; /* how it has ended */
    bool heard; /* what it says to standard error is kept: the end of it */
    int errors; /* where that is read */
    char said[USER_COMMAND_SAID];
    size_t said_n;
};

/* What it finds in its environment: GRACE_GENERATION and so on; what is NULL or 0 is not set. */
struct user_command_about {
    unsigned generation;
    pid_t main;
    const char *event, *reason;
    time_t at;
};

/* Runs `text` for `limit` ms at most, kept in `c` by the caller. False with errno. */
bool user_command_start(struct user_command *c, const char *text,
                        const struct user_command_about *about, int64_t limit);

/* Does it still run?  Ends it where it is late; looks again at its deadline. */
bool user_command_runs(struct user_command *c, int64_t now);

/* Has it failed?  Says what was heard of it, and how it has ended where that is not with 0. */
bool user_command_failed(const struct user_command *c, char *text, size_t size);

/* Nobody asks any more: it is killed, and forgotten. */
void user_command_drop(struct user_command *c);

/* It was left to the parent of this process. */
void user_command_forget(struct user_command *c);

/* A child of ours has ended: it may be one of them. */
void user_command_reaped(pid_t pid, int status);

/* Adds what is read of them to the pollset; reads what there is. */
void user_command_poll(void);
void user_command_read(void);

#endif
