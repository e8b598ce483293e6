/* SPDX-License-Identifier: ISC */
#include "probe/words/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t MILLISECOND = 1000000, SECOND = 1000000000;

struct figure figure_count(uint64_t n)
{
    struct figure plain, figure;
    int length = snprintf(plain.text, sizeof(plain.text), "%" PRIu64, n);
    char *to = figure.text;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = plain.text[i];
    }
    *to = '\0';
    return figure;
}

/* Each border is where the format would round up to one digit more. */
static int decimals(double ms)
{
    return ms < 0.00995 ? 3 : ms < 0.995 ? 2 : ms < 9.95 ? 1 : 0;
}

struct figure figure_duration(int64_t ns)
{
    struct figure figure;
    double ms = (double)ns / (double)MILLISECOND;
    int64_t s = ns / SECOND + (ns % SECOND >= SECOND / 2);

    if (ns < 500) /* would be 0.000 */
        strlcpy(figure.text, "0 ms", sizeof(figure.text));
    else if (ms < 999.5)
        snprintf(figure.text, sizeof(figure.text), "%.*f ms", decimals(ms), ms);
    else if (ms < 59950)
        snprintf(figure.text, sizeof(figure.text), "%.*f s", ms < 9995 ? 2 : 1, ms / 1000);
    else if (s < 3600)
        snprintf(figure.text, sizeof(figure.text), "%d min %02d s", (int)(s / 60), (int)(s % 60));
    else
        snprintf(figure.text, sizeof(figure.text), "%" PRId64 " h %02d min", s / 3600,
                 (int)(s / 60 % 60));
    return figure;
}

struct figure figure_date(int64_t wall)
{
    struct figure figure = {""};
    time_t seconds = wall / SECOND;
    struct tm tm;
    char day[24], zone[8];

    if (localtime_r(&seconds, &tm) == NULL)
        return figure;
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm); /* +0100 */
    snprintf(figure.text, sizeof(figure.text), "%s.%06d%.3s:%s", day, (int)(wall % SECOND / 1000),
             zone, zone + 3);
    return figure;
}

struct figure figure_time(int64_t wall)
{
    struct figure date = figure_date(wall), figure = {""};
    const char *time = strchr(date.text, 'T');

    if (time != NULL)
        snprintf(figure.text, sizeof(figure.text), "%.15s", time + 1);
    return figure;
}
