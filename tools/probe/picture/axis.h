/* SPDX-License-Identifier: ISC */
/* Where the axes of a picture have their ticks, and what is written there. */
#ifndef PROBE_AXIS_H
#define PROBE_AXIS_H

#include <stdint.h>

#include "probe/words/figures.h"

/* The smallest of 1, 2, 5, 10, ... that cuts `range` into `parts` or less. */
double axis_step(double range, unsigned parts);

/* A round number that is `value` or a little more, and whose half is round as well. */
double axis_ceiling(double value);

/* The same as axis_step() for a time in nanoseconds: 1, 2, 5 up to seconds, then 10, 15, 30 s,
 * 1, 2, 5 min ... */
int64_t axis_time_step(int64_t length, unsigned parts);

/* A time on an axis of that length: "200 ms", "1.5 s", "2:30 min", "1:05 h". */
struct figure axis_time(int64_t at, int64_t length);

/* A logarithmic axis of microseconds: from and to powers of ten. */
struct axis_log {
    int low, high;
};

/* That `quickest` and `slowest` are on, with `most` powers of ten at most: the upper ones. */
struct axis_log axis_log_make(double quickest, double slowest, int most);
/* 0 at the lower end or below, 1 at the upper one. */
double axis_log_place(const struct axis_log *axis, double us);
/* "0.1 ms", "10 ms", "1 s": ten to the power of `power` microseconds. */
struct figure axis_log_label(int power);

#endif
