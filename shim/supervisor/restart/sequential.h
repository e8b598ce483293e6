/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MODE=sequential, or auto for servers that are seen not to run twice (contention.h): the old
 * generation drains and ends, then the new one starts on the kept listeners.  Clients wait in the
 * kernel's queue meanwhile.  There is no old generation to go back to: a new one that fails is
 * tried again, with growing pauses, until one serves.
 */
#ifndef GRACE_SUPERVISOR_RESTART_SEQUENTIAL_H
#define GRACE_SUPERVISOR_RESTART_SEQUENTIAL_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* The one that serves is to end. */
enum phase sequential_begin(void);

/* The same, for the new one `g` needs a file that this one has locked; and from now on. */
enum phase sequential_instead(struct generation *g, const char *held);

/* It has: starts the next one. */
enum phase sequential_next(void);

enum phase sequential_ready(struct generation *g);

/* It has failed: pauses. */
enum phase sequential_failed(struct generation *g, const char *why);

/* Somebody asks for it during the pause: that is over. */
enum phase sequential_hurry(void);

#endif
