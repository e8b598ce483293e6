/* SPDX-License-Identifier: ISC */
/* What follows from a result: sums, and whether all was well. */
#include "probe/result/result.h"

uint64_t result_answers(const struct result *result)
{
    uint64_t sum = 0;

    for (unsigned kind = 0; kind < KINDS; kind++)
        sum += result->kinds[kind].answers;
    return sum;
}

uint64_t result_failed_as(const struct result *result, enum failure failure)
{
    uint64_t sum = 0;

    for (unsigned kind = 0; kind < KINDS; kind++)
        sum += result->kinds[kind].failed[failure];
    return sum;
}

uint64_t result_failed(const struct result *result)
{
    uint64_t sum = 0;

    for (unsigned failure = 0; failure < FAILURES; failure++)
        sum += result_failed_as(result, failure);
    return sum;
}

unsigned result_restarts(const struct result *result)
{
    return result->windows_used - 1;
}

bool result_restart_failed(const struct window *window)
{
    return window->restart_failed || window->restart_end == 0;
}

unsigned result_restarts_failed(const struct result *result)
{
    unsigned failed = 0;

    for (unsigned i = 1; i < result->windows_used; i++)
        failed += result_restart_failed(&result->windows[i]);
    return failed;
}

bool result_good(const struct result *result)
{
    return result_failed(result) == 0 && result_answers(result) > 0 &&
           result_restarts_failed(result) == 0;
}
