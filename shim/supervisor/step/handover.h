/* SPDX-License-Identifier: ISC */
/*
 * An old generation is told to drain, and answers that it accepts no more: that is the end of a
 * restart, for only then nobody who connects gets to it.  A process answers in its slot; a thread
 * may still be in an accept() that it had begun before.
 */
#ifndef GRACE_SUPERVISOR_STEP_HANDOVER_H
#define GRACE_SUPERVISOR_STEP_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/generation/slots.h"

/* May an older generation take one more connection?  Until it has answered, or for some seconds:
 * then those of its processes that have not are named, once. */
bool handover_awaited(void);

/* c: what slots_owe() says.  True: g accepts no more.  Else its processes are told again. */
bool handover_ask(struct generation *g, const struct slots_count *c, int64_t now);

/* Tells them if that is `pause` ago. True: they have just been told. */
bool handover_tell(struct generation *g, int64_t now, int64_t pause);

/* Longer, within these limits, the longer it has drained. */
int64_t handover_pause(const struct generation *g, int64_t now, int64_t least, int64_t most);

/* Asks those that are being ended, too, and says who does not answer in time. */
void handover_step(int64_t now);

#endif
