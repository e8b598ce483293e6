/* SPDX-License-Identifier: ISC */
/*
 * The two signals that belong to grace inside a server: the restart signal (SIGHUP by default)
 * and a reserved real-time signal by which the supervisor speaks.  The server may install, block,
 * ignore, sigwait or signalfd them as it likes: its disposition is remembered and reported back,
 * the kernel keeps ours (entry/signal_handler).  The restart signal of a bystander is its own.
 */
#ifndef GRACE_PROCESS_OWN_SIGNALS_H
#define GRACE_PROCESS_OWN_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* What the server believes to have installed for one of the two. */
struct sigaction *own_signals_believed(int sig);

/* Is this call the shim's to answer? Not in a vfork child, which prepares for another program. */
bool own_signals_ours(int sig);

/* A bystander takes part: from now on the restart signal is ours here, too. */
void own_signals_take_restart(void);

/* The process is no part of the server any more: here it is its own again. */
void own_signals_give_restart(void);

/* sigaction() on one of the two. */
int own_signals_action(int sig, const struct sigaction *act, struct sigaction *old);

/* Takes the two out of a set that libc would have read, too: `copy` is filled and returned; NULL
 * stays NULL. */
const sigset_t *own_signals_strip(const sigset_t *set, sigset_t *copy);

/* The same where the kernel would be the first to read it: a bad pointer stays what it is. */
const sigset_t *own_signals_strip_readable(const sigset_t *set, sigset_t *copy);

static inline const sigset_t *own_signals_strip_unread(const sigset_t *set, sigset_t *copy)
{
    return set ? own_signals_strip_readable(set, copy) : NULL;
}

#endif
