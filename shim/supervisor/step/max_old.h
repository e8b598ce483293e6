/* SPDX-License-Identifier: ISC */
/* GRACE_MAX_OLD: how many old generations may drain at a time. */
#ifndef GRACE_SUPERVISOR_STEP_MAX_OLD_H
#define GRACE_SUPERVISOR_STEP_MAX_OLD_H

#include <stdint.h>

/* One more drains: the oldest beyond that number have to go at once. */
void max_old_enforce(void);

/* When a restart more would make no generation go that has hardly begun to drain. */
int64_t max_old_room_at(void);

#endif
