/* SPDX-License-Identifier: ISC */
/*
 * When is an old generation ended?  Listeners that the new one does not want are emptied first.  It
 * has drained when its counters say so and the kernel agrees (generation/connections.h): that also
 * sees connections in programs without the shim.
 */
#ifndef GRACE_SUPERVISOR_STEP_DRAIN_END_H
#define GRACE_SUPERVISOR_STEP_DRAIN_END_H

#include <stdint.h>

/* Tells every draining generation so, until it has drained and is retired, or its deadline has
 * passed: then what it still holds is named and cut (drain_cut.h). */
void drain_end_step(int64_t now);

#endif
