/* SPDX-License-Identifier: ISC */
/*
 * The restart environment: the one private variable by which a process learns that it belongs to
 * a generation.  Written by the supervisor for the server and by the exec hooks for what the
 * server execs; read and removed by the constructor.
 *
 *   GRACE_HANDOFF=version:control:bell:memory:record:fifo:restart-signal:keep-children:bystander:
 *                 command:library
 */
#ifndef GRACE_PROTOCOL_HANDOFF_H
#define GRACE_PROTOCOL_HANDOFF_H

#include <stdbool.h>
#include <stdint.h>

#define HANDOFF_VARIABLE "GRACE_HANDOFF"

enum {
    HANDOFF_VERSION = 3,
    HANDOFF_BESIDES = 96, /* bytes of it that are not of the library's path */
    HANDOFF_SIZE = 4096 + HANDOFF_BESIDES,
};

/* Our descriptors in a process, -1: there is none. */
union handoff_fds {
    struct {
        int control; /* socket to the supervisor: protocol/message.h */
        int bell;    /* eventfd that wakes it */
        int memory;  /* memfd of the page */
        int record;  /* sealed memfd: what a new supervisor needs; nobody has to have it */
        int fifo;    /* by it the keeper is told that a restart is requested; nor this one */
    };
    int each[5];
};

enum { HANDOFF_FDS = sizeof(union handoff_fds) / sizeof(int) };

static inline bool handoff_suffices(const union handoff_fds *fds)
{
    return fds->control >= 0 && fds->bell >= 0 && fds->memory >= 0;
}

struct handoff {
    union handoff_fds fds; /* inherited */
    int restart_signal;
    bool keep_children;
    bool bystander;      /* see process/bystander.h */
    uint32_t command;    /* a number for what was executed: see exec/inject.h */
    const char *library; /* absolute path of libgrace.so */
};

/* Writes "GRACE_HANDOFF=..." into HANDOFF_SIZE bytes, or fewer if the path is shorter. False when
 * the path is too long. */
bool handoff_format(const struct handoff *h, char *variable);

/* Reads the value (what follows '='). False when it is of another version or malformed. */
bool handoff_parse(struct handoff *h, const char *value);

/* The lowest number of our own descriptors, on their way to a process and in it
 * (process/own_fds.h). */
int handoff_floor(void);

#endif
