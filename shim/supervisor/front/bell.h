/* SPDX-License-Identifier: ISC */
/*
 * The bell of a generation, "look at the page": its processes ring it when they wait on a listener
 * or close one, when one of them has drained, and when one got the restart signal.
 */
#ifndef GRACE_SUPERVISOR_FRONT_BELL_H
#define GRACE_SUPERVISOR_FRONT_BELL_H

#include "supervisor/generation/generation.h"

/* If it has rung: looks at g's page, and asks for the restart that its processes were signalled
 * for. After messages_read(): a listener has to be known when it is reported as waited on. */
void bell_read(struct generation *g);

#endif
