/* SPDX-License-Identifier: ISC */
/* What the server is started with, each time: as it was given to the first supervisor. */
#ifndef GRACE_SUPERVISOR_STATE_COMMAND_H
#define GRACE_SUPERVISOR_STATE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

struct command {
    const char *path; /* what to execute; without a slash it is looked up in PATH */
    char **argv;
    const char *library;       /* absolute path of libgrace.so */
    const char *directory;     /* where we were started (directory.h); "": there is none */
    uint64_t blocked, ignored; /* signals, by bit */
    bool leads;                /* we were started as the leader of a process group */
};

/* From our own arguments, and of this process its directory and signals.  Whoever has executed us
 * may have blocked all signals until we can read them: --mask=HEX is what the server is to have
 * then. False: it is no command. */
bool command_parse(struct command *c, char **argv);

/* The descriptor of "--recover=FD", or -1. */
int command_recovered(char **argv);

static inline uint64_t command_bit(int sig)
{
    return UINT64_C(1) << (sig - 1);
}

#endif
