/* SPDX-License-Identifier: ISC */
/* Generations that another supervisor has started become this one's. */
#ifndef GRACE_SUPERVISOR_RECOVERY_TAKE_OVER_H
#define GRACE_SUPERVISOR_RECOVERY_TAKE_OVER_H

#include "supervisor/recovery/orphans.h"

/* All of them, sets supervisor.current. False: none could be. */
bool take_over_generations(const struct orphans *o);

#endif
