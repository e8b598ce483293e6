/* SPDX-License-Identifier: ISC */
/* Time in milliseconds: CLOCK_BOOTTIME, the clock of slots and deadlines. */
#ifndef GRACE_SUPERVISOR_KERNEL_CLOCK_H
#define GRACE_SUPERVISOR_KERNEL_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "protocol/duration.h" /* CLOCK_NEVER */

static inline int64_t clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#endif
