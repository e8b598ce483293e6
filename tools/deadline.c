/* SPDX-License-Identifier: ISC */
#include "deadline.h"

#include <limits.h>

#include "protocol/clock.h"

int64_t deadline_after(int64_t ms)
{
    return clock_ms() + ms;
}

int deadline_left(int64_t deadline)
{
    int64_t left = deadline - clock_ms();

    if (left < 0)
        return 0;
    return left > INT_MAX ? -1 : (int)left;
}
