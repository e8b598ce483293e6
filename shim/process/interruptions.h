/* SPDX-License-Identifier: ISC */
/*
 * How often a signal of ours has interrupted the calling thread.  The handlers count
 * (entry/own_signals.c); a wait notes the count before it sleeps, and one that gave EINTR and finds
 * another count goes on with the time that is left (timing_again()).
 *
 * For each thread, so that what one has handled hides no signal of the server from another.  The
 * counter is part of what each thread is made with: nothing is allocated for it, so that a handler
 * can reach it at any time.
 */
#ifndef GRACE_PROCESS_INTERRUPTIONS_H
#define GRACE_PROCESS_INTERRUPTIONS_H

#include "libc/export.h"

extern _Thread_local volatile unsigned interruptions_seen HIDDEN;

#endif
