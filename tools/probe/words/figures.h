/* SPDX-License-Identifier: ISC */
/* Numbers as people read them, used as figure_count(n).text. */
#ifndef PROBE_FIGURES_H
#define PROBE_FIGURES_H

#include <stdint.h>

struct figure {
    char text[40];
};

/* 12,345 */
struct figure figure_count(uint64_t n);
/* Of nanoseconds: 0.004 ms, 0.30 ms, 4.2 ms, 12 ms, 1.25 s, 12.5 s, 2 min 05 s, 1 h 02 min */
struct figure figure_duration(int64_t ns);
/* Nanoseconds since 1970: 2026-01-31T13:45:12.123456+01:00; its time of day alone. */
struct figure figure_date(int64_t wall);
struct figure figure_time(int64_t wall);

#endif
