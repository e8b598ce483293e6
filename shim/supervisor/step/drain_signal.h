/* SPDX-License-Identifier: ISC */
/*
 * GRACE_DRAIN_SIGNAL: the server's own graceful stop, for those that end their connections in a way
 * that nobody else can (TLS, HTTP/2).  It comes when they accept no more, so that clients who
 * connect again get to the successor, and once.  The generation drains on as without it: no time
 * begins with it, and what a main process leaves that exits of it drains, too.
 *
 * From then on the generation is one that was asked to end (ATTENTION_ENDING): what its exit path
 * would take from its successor is guarded, and signals between its processes are no requests. That
 * also tells a supervisor that has taken over that it was sent.
 */
#ifndef GRACE_SUPERVISOR_STEP_DRAIN_SIGNAL_H
#define GRACE_SUPERVISOR_STEP_DRAIN_SIGNAL_H

#include "supervisor/generation/generation.h"

/* If there is one that it has not had: to its main process; where that has ended, to those that
 * serve without a parent in the tree. */
void drain_signal_send(struct generation *g);

/* It drains, and has had it. */
bool drain_signal_sent(const struct generation *g);

#endif
