/* SPDX-License-Identifier: ISC */
/* The sheet that an SVG is drawn on: where things are, and their pieces. */
#ifndef PROBE_SVG_PLOT_H
#define PROBE_SVG_PLOT_H

#include <stdio.h>

#include "probe/picture/columns.h"
#include "probe/result/result.h"

/* Units of the picture, which browsers show as pixels. */
enum {
    SVG_WIDTH = 960,
    SVG_HEIGHT = 540,
    SVG_LEFT = 76, /* of the plots; axis labels stand before it */
    SVG_RIGHT = 936,
    SVG_RATE_TOP = 122,
    SVG_RATE_BOTTOM = 292,
    SVG_FAIL_TOP = 312, /* of the strip of failures, with numbers over it */
    SVG_FAIL_BOTTOM = 326,
    SVG_LATENCY_TOP = 362,
    SVG_LATENCY_BOTTOM = 462,
    SVG_COLUMNS = 600
};

struct plot {
    FILE *out;
    const struct result *result;
    struct columns columns;
};

double svg_x(const struct plot *plot, int64_t at);

/* The element <text> at a place, with a class of the style sheet. */
void svg_text(const struct plot *plot, double x, double y, const char *class, const char *text);

/* A line across all of a plot. */
void svg_rule(const struct plot *plot, double y, const char *class);

/* Throughput as an area for each of two versions, and latency as two lines, with their axes. */
void svg_rate(const struct plot *plot);
void svg_latency(const struct plot *plot);

/* A band for each restart with its number: it goes below the plots, whose colours it would change.
 * Where it begins and ends is drawn over the areas, unless there are so many that nothing else is
 * seen.
 */
void svg_restarts(const struct plot *plot);
void svg_restart_edges(const struct plot *plot);

/* A mark for each column with a failure, and how many they are. */
void svg_failures(const struct plot *plot);

/* Colours for light and dark. */
extern const char svg_style[];

#endif
