/* SPDX-License-Identifier: ISC */
#include "deadline.h"

#include <limits.h>
#include <time.h>

#include "protocol/duration.h"

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t deadline_after(int64_t ms)
{
    return ms == CLOCK_NEVER ? CLOCK_NEVER : now_ms() + ms;
}

int deadline_left(int64_t deadline)
{
    int64_t left;

    if (deadline == CLOCK_NEVER)
        return -1;
    left = deadline - now_ms();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}
