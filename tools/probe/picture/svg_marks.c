/* SPDX-License-Identifier: ISC */
#include "probe/picture/svg_plot.h"

#include <math.h>

#include "probe/words/figures.h"

enum {
    BAND_LEAST = 2, /* units: narrower ones are not seen */
    MARK_LEAST = 3,
    NUMBERS_APART = 30,
    COUNTS_APART = 44,
    EDGED = 60 /* restarts */
};

static void draw_rect(const struct plot *plot, const char *class, double x, double y, double width,
                      double height)
{
    fprintf(plot->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
            class, x, y, width, height);
}

/* Through both plots, not through the words between them. */
static void draw_edge(const struct plot *plot, double x, bool bad)
{
    fprintf(plot->out, "<path class=\"edge%s\" d=\"M%.1f,%dV%dM%.1f,%dV%d\"/>\n", bad ? " bad" : "",
            x, SVG_RATE_TOP, SVG_FAIL_BOTTOM, x, SVG_LATENCY_TOP, SVG_LATENCY_BOTTOM);
}

static void draw_band(const struct plot *plot, unsigned n)
{
    const struct window *window = &plot->result->windows[n];
    bool bad = result_restart_failed(&plot->result->windows[n]);
    int64_t end = columns_restart_end(&plot->columns, plot->result, n);
    double x = svg_x(plot, window->begin), width = fmax(svg_x(plot, end) - x, BAND_LEAST);

    fprintf(plot->out, "<path class=\"%s\" d=\"", bad ? "band bad" : "band");
    fprintf(plot->out, "M%.1f,%dh%.1fV%dh%.1fz", x, SVG_RATE_TOP, width, SVG_FAIL_BOTTOM, -width);
    fprintf(plot->out, "M%.1f,%dh%.1fV%dh%.1fz\">", x, SVG_LATENCY_TOP, width, SVG_LATENCY_BOTTOM,
            -width);
    fprintf(plot->out, "<title>restart %u, %s%s</title></path>\n", n,
            figure_duration(end - window->begin).text, bad ? ": failed" : "");
    draw_rect(plot, bad ? "flag bad" : "flag", x, SVG_RATE_TOP - 4, width, 4);
    fputs("/>\n", plot->out);
}

/* Every how many restarts a number has room: 1, 2, 5, 10 ... */
static unsigned number_step(const struct plot *plot)
{
    static const unsigned factors[] = {2, 5, 10};
    double room = (SVG_RIGHT - SVG_LEFT) / (double)plot->result->windows_used;
    unsigned step = 1;

    for (unsigned power = 1, i = 0; step * room < NUMBERS_APART && step < 100000; i++) {
        step = power * factors[i % 3];
        if (i % 3 == 2)
            power = step;
    }
    return step;
}

/* Those that begin where the one before did are left out: a run of a week may have any number. */
static void draw_bands(const struct plot *plot)
{
    double before = -1;

    for (unsigned n = 1; n < plot->result->windows_used; n++) {
        double x = svg_x(plot, plot->result->windows[n].begin);
        if (x - before < 0.5 && !result_restart_failed(&plot->result->windows[n]))
            continue;
        draw_band(plot, n);
        before = x;
    }
}

/* Over the middle of its band. */
static void draw_numbers(const struct plot *plot)
{
    unsigned step = number_step(plot);
    double before = -NUMBERS_APART;

    for (unsigned n = 1; n < plot->result->windows_used; n++) {
        double begin = svg_x(plot, plot->result->windows[n].begin);
        double x = (begin + svg_x(plot, columns_restart_end(&plot->columns, plot->result, n))) / 2;
        char text[16];
        if ((n > 1 && n % step != 0) || x - before < NUMBERS_APART * 0.8)
            continue;
        snprintf(text, sizeof(text), "%u", n);
        svg_text(plot, x, SVG_RATE_TOP - 10,
                 result_restart_failed(&plot->result->windows[n]) ? "number bad" : "number", text);
        before = x;
    }
}

void svg_restarts(const struct plot *plot)
{
    draw_bands(plot);
    draw_numbers(plot);
}

void svg_restart_edges(const struct plot *plot)
{
    if (plot->result->windows_used > EDGED)
        return;
    for (unsigned n = 1; n < plot->result->windows_used; n++) {
        bool bad = result_restart_failed(&plot->result->windows[n]);
        double begin = svg_x(plot, plot->result->windows[n].begin);
        double end = svg_x(plot, columns_restart_end(&plot->columns, plot->result, n));
        draw_edge(plot, begin, bad);
        if (end - begin > BAND_LEAST)
            draw_edge(plot, end, bad);
    }
}

static void draw_mark(const struct plot *plot, const struct column *column)
{
    double begin = svg_x(plot, column->begin), width = svg_x(plot, column->end) - begin;
    double wide = fmax(width, MARK_LEAST), x = begin - (wide - width) / 2;

    draw_rect(plot, "trace", x + wide / 2 - 0.5, SVG_RATE_TOP, 1, SVG_RATE_BOTTOM - SVG_RATE_TOP);
    fputs("/>\n", plot->out);
    draw_rect(plot, "fail", x, SVG_FAIL_TOP, wide, SVG_FAIL_BOTTOM - SVG_FAIL_TOP);
    fprintf(plot->out, "><title>%s failed", figure_count(column->failed).text);
    fprintf(plot->out, " at %s</title></rect>\n", figure_duration(column->begin).text);
}

/* One number for the marks from `first` to `last`. */
static void draw_count(const struct plot *plot, unsigned first, unsigned last, uint64_t failed)
{
    const struct column *all = plot->columns.all;
    double x = (svg_x(plot, all[first].begin) + svg_x(plot, all[last].end)) / 2;

    svg_text(plot, x, SVG_FAIL_TOP - 5, "count", figure_count(failed).text);
}

static void draw_counts(const struct plot *plot)
{
    const struct columns *columns = &plot->columns;
    unsigned first = 0, last = 0;
    uint64_t failed = 0;

    for (unsigned i = 0; i < columns->used; i++) {
        const struct column *column = &columns->all[i];
        if (column->failed == 0)
            continue;
        if (failed > 0 &&
            svg_x(plot, column->begin) - svg_x(plot, columns->all[last].end) > COUNTS_APART) {
            draw_count(plot, first, last, failed);
            failed = 0;
        }
        first = failed == 0 ? i : first;
        last = i;
        failed += column->failed;
    }
    if (failed > 0)
        draw_count(plot, first, last, failed);
}

void svg_failures(const struct plot *plot)
{
    double middle = (SVG_FAIL_TOP + SVG_FAIL_BOTTOM) / 2.0;

    svg_text(plot, SVG_LEFT - 8, middle + 4, "axis", "failed");
    svg_rule(plot, SVG_FAIL_BOTTOM, "base");
    if (result_failed(plot->result) == 0)
        svg_text(plot, SVG_LEFT + 8, middle + 4, "none", "none");
    for (unsigned i = 0; i < plot->columns.used; i++)
        if (plot->columns.all[i].failed > 0)
            draw_mark(plot, &plot->columns.all[i]);
    draw_counts(plot);
}
