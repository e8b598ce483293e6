/* SPDX-License-Identifier: ISC */
/*
 * The sessions of a generation's processes that are detached: none of their processes descends from
 * the main process any more, which lives.  What the kernel tells of each, and whether it takes
 * part.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_DETACHED_LOOK_H
#define GRACE_SUPERVISOR_GENERATION_DETACHED_LOOK_H

#include "supervisor/generation/generation.h"
#include "supervisor/kernel/holders.h"

struct detached {
    pid_t sid;
    const struct listener *listens; /* alone; any of these */
    bool is_private;                /* all of these are paths that only one user gets to */
    bool stays;
    bool takes_part, early; /* with one that was not executed when the server served */
    bool is_kept;           /* a connection to it lasts: of the server, or of others to its path */
    bool has_others;        /* somebody else has one */
    bool has_own;           /* the server has one, or somebody else to its path */
};

struct detached_look {
    struct generation *g;
    struct holders holders;
    pid_t *sid; /* of each member: of the detached session that it descends from, or SERVER */
    struct detached *sessions;
    size_t n;
};

/* With l->g set and all else 0.  False: there is none, or it can't be told.  g->serves_itself and
 * g->connections are true after it.  detached_look_free() afterwards in either case. */
bool detached_look(struct detached_look *l);
void detached_look_free(struct detached_look *l);

/* The session in which alone this listener is held; else 0 or less. */
pid_t detached_holder(const struct detached_look *l, const struct listener *h);

#endif
