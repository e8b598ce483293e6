/* SPDX-License-Identifier: ISC */
/* Deadlines on the clock of protocol/clock.h. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <limits.h>
#include <stdint.h>

#include "protocol/clock.h"

/* Milliseconds until the deadline as poll() wants them: 0 if it has passed, -1 for never. */
static inline int deadline_left(int64_t deadline)
{
    int64_t left = deadline - clock_ms();

    if (left < 0)
        return 0;
    return left > INT_MAX ? -1 : (int)left;
}

#endif
