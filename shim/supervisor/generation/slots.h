/* SPDX-License-Identifier: ISC */
/*
 * What the processes of a generation say of themselves in their slots.  A slot can name anybody:
 * only what its owner says counts, if that is a member of the generation's tree, and only such a
 * one is told anything.
 */
#ifndef GRACE_SUPERVISOR_GENERATION_SLOTS_H
#define GRACE_SUPERVISOR_GENERATION_SLOTS_H

#include "supervisor/generation/generation.h"

struct slots_count {
    unsigned processes, connections, accepting, undrained, suspended;
    uint64_t accepted;
};
struct slots_count slots_count(struct generation *g);

/* Only whether each number is 0, but not of `processes`; who is stopped before it could answer what
 * it was told has drained, or resumed: it will do that first of all.  A process is looked at if
 * something depends on it. */
struct slots_count slots_owe(struct generation *g);

/* Of those that have not said that they accept no more, or are in accept(): one, and how many. */
pid_t slots_debtor(struct generation *g, unsigned *n);

/* What they say of connections that they hand over (GIVING_*): the most of it. */
unsigned slots_giving(struct generation *g);

/* Until each has looked whether it has more now, that is what it says; slots_tell() has it look. */
void slots_ask_to_give(struct generation *g);

/* Has each that has the shim look at attention; or those that are still suspended, that wait for
 * blocking listeners, or whose pid file an older generation has locked. */
enum slots_who { SLOTS_ALL, SLOTS_SUSPENDED, SLOTS_POLLING, SLOTS_OWED };
void slots_tell(struct generation *g, enum slots_who who);

/* This one, if it is a member that has the shim. */
void slots_tell_one(struct generation *g, pid_t pid);

/* The same of members whose slots name somebody else, for one of them has written there: as the
 * last scan saw them, who has the page open, and has started before (clock_ms()).  It has to be
 * some time ago: the child of posix_spawn() has no slot either, and is about to execute something,
 * which the signal would end. */
void slots_tell_unnamed(const struct generation *g, int64_t before);

/* The pids of those that have the shim; returns how many. */
unsigned slots_list(struct generation *g, int32_t *pids, unsigned room);

/* The slot that names this process, whatever it is, or NULL. One that is `away` if there is no
 * other: what it has become has a slot of its own. */
const struct page_slot *slots_find(const struct generation *g, pid_t pid);

/* Does the slot that names it say so? */
bool slots_bystander(const struct generation *g, pid_t pid);

/* Does it take part, and says so?  What it has executed meanwhile may be without the shim. */
bool slots_takes_part(const struct generation *g, pid_t pid);

/* Tells this member that it is no part of the server any more: see process/bystander.h. */
void slots_dismiss(struct generation *g, const struct procfs_stat *p);

/* The page has been written to: what once was there can't be taken back. */
void slots_note(struct generation *g);

/* Differs when a slot has got another owner since. */
uint64_t slots_sum(const struct generation *g);

/* Of slots: those beyond were never claimed; reading them would allocate their memory. */
unsigned slots_used(const struct generation *g);

/* A child of ours that is no process of the server, whatever it looks like, until it has ended. */
void slots_exclude(pid_t pid);
void slots_include(pid_t pid);

/* For g->tree. */
enum tree_hint slots_hint(const struct tree *t, const struct procfs_stat *p);

#endif
