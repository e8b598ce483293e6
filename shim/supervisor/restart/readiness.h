/* SPDX-License-Identifier: ISC */
/*
 * When is a generation ready?  GRACE_READY=auto: every listener offered to it is adopted and some
 * process waits on it; or, where some are never adopted or waited on, those that are, and nothing
 * has changed for GRACE_SETTLE.  The others want the listeners adopted, too (or, as with auto, some
 * and GRACE_SETTLE), and: notify: it says READY=1 (sd_notify).  delay=T: it has lived for T.
 * exec=CMD: CMD, which is not asked before, exits 0.  And nothing that clients know is unseen.
 */
#ifndef GRACE_SUPERVISOR_RESTART_READINESS_H
#define GRACE_SUPERVISOR_RESTART_READINESS_H

#include <stdbool.h>
#include <stddef.h>

#include "supervisor/generation/generation.h"

bool readiness_reached(struct generation *g);

/* It is, but for an address that it does not serve, and must (GRACE_REQUIRE_LISTENERS): says which.
 */
bool readiness_refused(struct generation *g, char *text, size_t size);

/* The attention that a new generation starts with: with notify and delay it is suspended. */
uint32_t readiness_attention(void);

/* It is not ready in time: says so, and what it still lacks. */
void readiness_late(const struct generation *g, char *text, size_t size);

/* Nobody asks any more: the ready command is killed where it still runs. */
void readiness_end(void);

/* It has ended before it was ready: what may help, where the log can tell. */
void readiness_hint(const struct generation *g);

#endif
