/* SPDX-License-Identifier: ISC */
/*
 * Whose the names are.  A new generation shares all that it is offered until there is no way back
 * to the one before: should it fail, what it removes at its exit must still be there.  That one
 * shares what the new one has taken over as soon as it is ready.
 */
#ifndef GRACE_SUPERVISOR_STEP_PATH_OWNER_H
#define GRACE_SUPERVISOR_STEP_PATH_OWNER_H

#include "supervisor/generation/generation.h"

/* What `other` uses is not for g to remove. */
void path_owner_share(struct generation *g, const struct generation *other);

/* All that g serves is its own. */
void path_owner_alone(struct generation *g);

#endif
