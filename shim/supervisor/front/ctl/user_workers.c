/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/user_workers.h"

#include <stdio.h>
#include <string.h>

#include "protocol/decimal.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/state/supervisor.h"

/* 0: it is none. */
static int wanted(const char *number)
{
    bool more = *number == '+', fewer = *number == '-';
    const char *digits = number + (more || fewer);
    int n = decimal_pid(digits, strlen(digits));

    if (n <= 0 || n > OPTIONS_WORKERS)
        return 0;
    return more ? (int)supervisor.workers + n : fewer ? (int)supervisor.workers - n : n;
}

bool user_workers_want(const char *number, char *text, size_t size)
{
    int n = wanted(number);

    if (n < 1 || n > OPTIONS_WORKERS)
        snprintf(text, size, "%s: there may be 1 to %d workers, and %u are wanted now", number,
                 OPTIONS_WORKERS, supervisor.workers);
    else if (phase_stops() || supervisor.pending == REQUEST_STOP)
        snprintf(text, size, "the server is being stopped");
    else if (n > 1 && supervisor_is_sequential())
        snprintf(text, size, "the server runs alone (--mode sequential): there can be one");
    else {
        rolling_want((unsigned)n);
        return true;
    }
    return false;
}
