/* SPDX-License-Identifier: ISC */
/* Deadlines on the clock of protocol/clock.h, CLOCK_NEVER for never. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

/* The moment `ms` from now; never from CLOCK_NEVER. */
int64_t deadline_after(int64_t ms);

/* Milliseconds until the deadline as poll() wants them: 0 if it has passed, -1 for never. */
int deadline_left(int64_t deadline);

#endif
