/* SPDX-License-Identifier: ISC */
#include "deadline.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "grace.h"

static const struct {
    const char *name;
    int64_t ms;
} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 3600 * 1000}};

static int64_t unit_ms(const char *name)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(units[i].name, name) == 0)
            return units[i].ms;
    return -1;
}

static int64_t duration_parse(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    int64_t unit = unit_ms(text + digits);
    const char *error = NULL;
    char number[16] = "";
    int64_t n;

    if (strcmp(text, "none") == 0)
        return DURATION_NONE;
    if (strcmp(text, "0") == 0)
        return 0;
    if (digits == 0 || digits >= sizeof(number) || unit < 0)
        return -1;
    memcpy(number, text, digits);
    n = strtonum(number, 0, 1000000000, &error);
    return error ? -1 : n * unit;
}

int64_t duration_option(const char *option, const char *text)
{
    int64_t ms = duration_parse(text);

    if (ms < 0)
        usage_error("%s '%s' isn't a duration such as 500ms, 10s, 2m or none", option, text);
    return ms;
}

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t deadline_after(int64_t ms)
{
    return ms == DURATION_NONE ? DURATION_NONE : now_ms() + ms;
}

int deadline_left(int64_t deadline)
{
    int64_t left;

    if (deadline == DURATION_NONE)
        return -1;
    left = deadline - now_ms();
    if (left < 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}
