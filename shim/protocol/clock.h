/* SPDX-License-Identifier: ISC */
/* Time in milliseconds: CLOCK_BOOTTIME, the clock of slots and deadlines. Async-signal-safe. */
#ifndef GRACE_PROTOCOL_CLOCK_H
#define GRACE_PROTOCOL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Of a duration: no limit; of a deadline: there is none.  Later than anything, and a moment that is
 * so far from now is, too. */
#define CLOCK_NEVER (INT64_MAX / 2)

static inline int64_t clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#endif
