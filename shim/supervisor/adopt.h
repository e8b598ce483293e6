/* SPDX-License-Identifier: ISC */
/* Generations that another supervisor has started become this one's. */
#ifndef GRACE_ADOPT_H
#define GRACE_ADOPT_H

#include "orphans.h"

/* All of them, sets supervisor.current. False: none could be. */
bool adopt_generations(const struct orphans *o);

/* Somebody has asked for a restart that has not begun. */
bool adopt_has_wish(void);

#endif
