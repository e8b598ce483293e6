/* SPDX-License-Identifier: ISC */
/*
 *  answers a second
 *      6,000 ┤▅▅▅▅▅▅▅▅
 *            │████████
 *      3,000 ┤████████
 *            │████████    and so on: rows with a label each, under one another in time.
 */
#include "probe/picture/picture.h"

#include <stdio.h>
#include <string.h>

#include "probe/picture/axis.h"
#include "probe/picture/chart_rows.h"
#include "probe/picture/columns.h"
#include "probe/words/figures.h"
#include "probe/words/screen.h"

enum { RATE_ROWS = 4, LATENCY_ROWS = 5, GUTTER = 10, CELLS_LEAST = 10, CELLS_MOST = 240 };

static int version_colour(const struct column *column)
{
    return column->rate[1] > column->rate[0] ? COLOUR_ODD : COLOUR_EVEN;
}

static void rate_caption(struct chart *chart)
{
    const char *block = chart->utf8 ? "\xe2\x96\xa0" : "#";

    fprintf(chart->out, "%*s answers a second", GUTTER, "");
    if (chart->colour && chart->result->versions_used > 1)
        fprintf(chart->out, "   \033[%dm%s\033[m \033[%dm%s\033[m one version and the next",
                COLOUR_EVEN, block, COLOUR_ODD, block);
    fputc('\n', chart->out);
}

static void draw_rate(struct chart *chart)
{
    double top = axis_ceiling(chart->columns.fastest);

    rate_caption(chart);
    for (unsigned row = 0; row < RATE_ROWS; row++) {
        struct figure label = {""};
        if (row % 2 == 0)
            label = figure_count((uint64_t)(top * (RATE_ROWS - row) / RATE_ROWS));
        chart_row_begin(chart, GUTTER, label.text);
        for (unsigned i = 0; i < chart->cells; i++) {
            const struct column *column = chart_column(chart, i);
            double value = (column->rate[0] + column->rate[1]) / top;
            chart_bar(chart, value, row, RATE_ROWS, version_colour(column));
        }
        chart_row_end(chart);
    }
}

/* The quickest of the slowest: rows below would be full everywhere. */
static double lowest_bar(const struct chart *chart)
{
    double lowest = chart->columns.slowest;

    for (unsigned i = 0; i < chart->columns.used; i++) {
        const struct column *column = &chart->columns.all[i];
        if (column->answers > 0 && column->slowest < lowest)
            lowest = column->slowest;
    }
    return lowest;
}

/* A row for each power of ten. */
static void draw_latency(struct chart *chart)
{
    struct axis_log axis = axis_log_make(lowest_bar(chart), chart->columns.slowest, LATENCY_ROWS);
    unsigned rows = (unsigned)(axis.high - axis.low);

    fprintf(chart->out, "%*s slowest answer\n", GUTTER, "");
    for (unsigned row = 0; row < rows; row++) {
        chart_row_begin(chart, GUTTER, axis_log_label(axis.high - (int)row).text);
        for (unsigned i = 0; i < chart->cells; i++) {
            double us = chart_column(chart, i)->slowest, place = axis_log_place(&axis, us);
            /* The lower end isn't nothing. */
            chart_bar(chart, us > 0 && place < 0.01 ? 0.01 : place, row, rows, COLOUR_NONE);
        }
        chart_row_end(chart);
    }
}

static void draw_failures(struct chart *chart)
{
    char label[sizeof(struct figure) + 16];

    snprintf(label, sizeof(label), "%s failed", figure_count(result_failed(chart->result)).text);
    if (strlen(label) > GUTTER)
        snprintf(label, sizeof(label), "failed");
    chart_row_begin(chart, GUTTER, label);
    for (unsigned i = 0; i < chart->cells; i++) {
        bool first = i == 0 || chart_column(chart, i) != chart_column(chart, i - 1);
        if (first && chart_column(chart, i)->failed > 0)
            chart_put(chart, chart->utf8 ? "\xe2\x9c\x97" : "x", COLOUR_BAD);
        else
            chart_put(chart, " ", COLOUR_NONE);
    }
    chart_row_end(chart);
}

/* Labels stand from their tick on to the right; the last tick may be too near the edge for one. */
static void draw_time(struct chart *chart)
{
    int64_t length = chart->columns.length;
    int64_t step = axis_time_step(length, chart->cells / 13 + 1);
    char labels[CELLS_MOST + 1];

    memset(labels, ' ', chart->cells);
    labels[chart->cells] = '\0';
    fprintf(chart->out, "%*s%s", GUTTER, "", chart->utf8 ? " \xe2\x94\x94" : " +");
    for (unsigned i = 0; i < chart->cells; i++) {
        int64_t tick = (chart_time(chart, i) + step - 1) / step * step;
        struct figure label = axis_time(tick, length);
        bool here = tick < chart_time(chart, i + 1);
        if (here && i + strlen(label.text) <= chart->cells)
            memcpy(labels + i, label.text, strlen(label.text));
        chart_put(chart,
                  chart->utf8 ? here ? "\xe2\x94\xac" : "\xe2\x94\x80"
                  : here      ? "+"
                              : "-",
                  COLOUR_NONE);
    }
    for (size_t end = chart->cells; end > 0 && labels[end - 1] == ' '; end--)
        labels[end - 1] = '\0';
    fprintf(chart->out, "\n%*s  %s\n", GUTTER, "", labels);
}

static unsigned cells_for(FILE *out)
{
    /* A terminal may wrap when something stands in its last column. */
    unsigned taken = GUTTER + 2 + 1, columns = terminal_columns(out);
    unsigned cells = columns > taken + CELLS_LEAST ? columns - taken : CELLS_LEAST;

    return cells < CELLS_MOST ? cells : CELLS_MOST;
}

void report_chart(const struct result *result, FILE *out)
{
    struct chart chart = {
        .out = out,
        .result = result,
        .cells = cells_for(out),
        .utf8 = terminal_utf8(),
        .colour = terminal_colour(out),
    };

    columns_make(&chart.columns, result, chart.cells);
    draw_rate(&chart);
    if (chart.columns.slowest > 0)
        draw_latency(&chart);
    draw_failures(&chart);
    if (result_restarts(result) > 0)
        chart_restarts(&chart, GUTTER);
    draw_time(&chart);
    columns_free(&chart.columns);
}
