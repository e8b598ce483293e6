/* SPDX-License-Identifier: ISC */
/* The clocks of the load client, in seconds; the one that stands still with the machine is that of
 * grace probe, which has to be started. */
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H

#include <time.h>

#include "probe/running_clock.h"

/* The monotonic clock. */
static inline double clock_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The one that stands still while the machine does. */
static inline double clock_running(void)
{
    return (double)running_clock_now() / 1e9;
}

#endif
