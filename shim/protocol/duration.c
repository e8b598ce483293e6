/* SPDX-License-Identifier: ISC */
#include "protocol/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/clock.h"

bool duration_parse(const char *text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t factor;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    long number;

    if (strcmp(text, "none") == 0) {
        *ms = CLOCK_NEVER;
        return true;
    }
    errno = 0;
    number = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || errno != 0 || number > 1000000000L)
        return false;
    *ms = 0;
    if (number == 0 && *end == '\0')
        return true;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].unit) == 0) {
            *ms = number * units[i].factor;
            return true;
        }
    return false;
}
