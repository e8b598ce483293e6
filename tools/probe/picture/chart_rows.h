/* SPDX-License-Identifier: ISC */
/* Rows of characters under one another, a cell for each moment of a run. */
#ifndef PROBE_CHART_ROWS_H
#define PROBE_CHART_ROWS_H

#include <stdbool.h>
#include <stdio.h>

#include "probe/picture/columns.h"
#include "probe/result/result.h"

/* SGR parameters; the tones of versions lie beside each other and far from that of failures. */
enum { COLOUR_NONE = 0, COLOUR_BAD = 31, COLOUR_RESTART = 33, COLOUR_EVEN = 34, COLOUR_ODD = 36 };

struct chart {
    FILE *out;
    const struct result *result;
    struct columns columns;
    unsigned cells; /* in a row */
    bool utf8, colour;
    int pen;         /* the colour that is on */
    unsigned blanks; /* that are owed: at the end of a line they are left out */
};

/* When a cell begins, and what it shows. */
int64_t chart_time(const struct chart *chart, unsigned cell);
const struct column *chart_column(const struct chart *chart, unsigned cell);

/* The label of a row, on the right of a gutter of that width, and its end. */
void chart_row_begin(struct chart *chart, int gutter, const char *label);
void chart_row_end(struct chart *chart);

/* The next cell: a character, or the part in row `row` (0 is at the top) of a bar of `rows` rows
 * that is full for 1. What is more than nothing is seen. */
void chart_put(struct chart *chart, const char *character, int colour);
void chart_bar(struct chart *chart, double value, unsigned row, unsigned rows, int colour);

/* A row with each restart's number where it begins and a line to where it was over; one that failed
 * has a '!' behind its number. Of many only those are numbered for which there is room. */
void chart_restarts(struct chart *chart, int gutter);

#endif
