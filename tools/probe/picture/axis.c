/* SPDX-License-Identifier: ISC */
#include "probe/picture/axis.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const int64_t second = 1000000000;

/* The smallest of `steps`, times a power of ten, that is at least `least`. */
static double round_up(double least, const double *steps, size_t n)
{
    double power = pow(10, floor(log10(least)));

    for (size_t i = 0; i < n; i++)
        if (steps[i] * power >= least * (1 - 1e-9))
            return steps[i] * power;
    return 10 * power;
}

double axis_step(double range, unsigned parts)
{
    static const double steps[] = {1, 2, 5};

    return range > 0 ? round_up(range / parts, steps, sizeof(steps) / sizeof(*steps)) : 1;
}

double axis_ceiling(double value)
{
    static const double steps[] = {1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8};

    /* Below 2 the half would be no whole number. */
    return value > 2 ? round_up(value, steps, sizeof(steps) / sizeof(*steps)) : 2;
}

int64_t axis_time_step(int64_t length, unsigned parts)
{
    static const int seconds[] = {1,   2,   5,    10,   15,   30,   60,    120,
                                  300, 600, 1200, 1800, 3600, 7200, 21600, 43200};
    int64_t least = length / parts;

    if (least <= second)
        return (int64_t)axis_step((double)length, parts);
    for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++)
        if (seconds[i] * second >= least)
            return seconds[i] * second;
    return ((least / second - 1) / 86400 + 1) * 86400 * second;
}

struct figure axis_time(int64_t at, int64_t length)
{
    struct figure figure;
    int64_t s = (at + second / 2) / second;

    if (at == 0)
        snprintf(figure.text, sizeof(figure.text), "0");
    else if (length < second)
        snprintf(figure.text, sizeof(figure.text), "%g ms", (double)at / 1e6);
    else if (length < 180 * second)
        snprintf(figure.text, sizeof(figure.text), "%g s", (double)at / 1e9);
    else if (length < 3600 * second)
        snprintf(figure.text, sizeof(figure.text), "%d:%02d min", (int)(s / 60), (int)(s % 60));
    else
        snprintf(figure.text, sizeof(figure.text), "%" PRId64 ":%02d h", s / 3600,
                 (int)(s / 60 % 60));
    return figure;
}

struct axis_log axis_log_make(double quickest, double slowest, int most)
{
    struct axis_log axis;

    axis.high = slowest > 1 ? (int)ceil(log10(slowest)) : 1;
    axis.low = quickest > 1 ? (int)floor(log10(quickest)) : 0;
    if (axis.low >= axis.high)
        axis.low = axis.high - 1;
    if (axis.low < axis.high - most)
        axis.low = axis.high - most;
    return axis;
}

double axis_log_place(const struct axis_log *axis, double us)
{
    double place = us > 0 ? (log10(us) - axis->low) / (axis->high - axis->low) : 0;

    return place < 0 ? 0 : place > 1 ? 1 : place;
}

struct figure axis_log_label(int power)
{
    struct figure figure;
    double ms = pow(10, power - 3);

    snprintf(figure.text, sizeof(figure.text), ms < 1000 ? "%g ms" : "%g s",
             ms < 1000 ? ms : ms / 1000);
    return figure;
}
