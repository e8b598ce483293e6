/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/backoff.h"

int64_t backoff_next(int64_t *pause)
{
    int64_t now = *pause, next = 2 * now;

    *pause = next < BACKOFF_LEAST_MS  ? BACKOFF_LEAST_MS
             : next < BACKOFF_MOST_MS ? next
                                      : BACKOFF_MOST_MS;
    return now;
}
