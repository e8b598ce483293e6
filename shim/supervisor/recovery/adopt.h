/* SPDX-License-Identifier: ISC */
/* Generations that another supervisor has started become this one's. */
#ifndef GRACE_SUPERVISOR_RECOVERY_ADOPT_H
#define GRACE_SUPERVISOR_RECOVERY_ADOPT_H

#include "supervisor/recovery/orphans.h"

/* All of them, sets supervisor.current. False: none could be. */
bool adopt_generations(const struct orphans *o);

#endif
