/* SPDX-License-Identifier: ISC */
#include "probe/picture/svg_plot.h"

#include <math.h>

#include "probe/picture/axis.h"
#include "probe/words/figures.h"
#include "probe/words/xml.h"

/* Between two entries of a legend: a space that stays one. */
#define GAP " \xc2\xa0 "

enum { RATE_TICKS = 4, POWERS = 6, VERSION_SHOWN = 20 };

/* A path of steps: a rate is that of a whole column. */
static void add_step(const struct plot *plot, const struct column *column, double y)
{
    fprintf(plot->out, "V%.1fH%.1f", y, svg_x(plot, column->end));
}

static double rate_y(double rate, double top)
{
    return SVG_RATE_BOTTOM - rate / top * (SVG_RATE_BOTTOM - SVG_RATE_TOP);
}

/* The lower area is that of one version, and goes on to the top of both behind the other one's:
 * no seam shows between them. */
static void draw_area(const struct plot *plot, const char *class, double top, bool both)
{
    fprintf(plot->out, "<path class=\"%s\" d=\"M%d,%d", class, SVG_LEFT, SVG_RATE_BOTTOM);
    for (unsigned i = 0; i < plot->columns.used; i++) {
        const struct column *column = &plot->columns.all[i];
        add_step(plot, column, rate_y(column->rate[0] + (both ? column->rate[1] : 0), top));
    }
    fprintf(plot->out, "V%dZ\"/>\n", SVG_RATE_BOTTOM);
}

static void add_key(const struct plot *plot, const char *class, const char *words)
{
    fprintf(plot->out, "<tspan class=\"%s\">\xe2\x96\xa0</tspan> %s", class, words);
}

static void add_version(const struct plot *plot, unsigned n, const char *class)
{
    add_key(plot, class, "version ");
    xml_text(plot->out, plot->result->versions[n].name, VERSION_SHOWN);
    fputs(GAP, plot->out);
}

/* Two versions are named; of more each has one of two tones in turn. */
static void add_versions(const struct plot *plot)
{
    unsigned versions = plot->result->versions_used;

    if (versions == 2) {
        add_version(plot, 0, "even");
        add_version(plot, 1, "odd");
    } else if (versions > 2) {
        add_key(plot, "even", "one version" GAP);
        add_key(plot, "odd", "the next" GAP);
    }
}

static void rate_legend(const struct plot *plot)
{
    unsigned failed = result_restarts_failed(plot->result);

    fprintf(plot->out, "<text class=\"legend\" x=\"%d\" y=\"%d\">", SVG_RIGHT, SVG_RATE_TOP - 34);
    add_versions(plot);
    if (result_restarts(plot->result) > failed)
        add_key(plot, "flag", "restart" GAP);
    if (failed > 0)
        add_key(plot, "bad", "failed restart");
    fputs("</text>\n", plot->out);
}

void svg_rate(const struct plot *plot)
{
    double most = fmax(plot->columns.fastest, 1), step = fmax(axis_step(most, RATE_TICKS), 1);
    double top = ceil(most / step) * step;

    svg_text(plot, SVG_LEFT, SVG_RATE_TOP - 34, "caption", "Answers a second");
    rate_legend(plot);
    for (double value = 0; value < top + step / 2; value += step) {
        double y = rate_y(value, top);
        if (value > 0)
            svg_rule(plot, y, "grid");
        svg_text(plot, SVG_LEFT - 8, y + 4, "axis", figure_count((uint64_t)(value + 0.5)).text);
    }
    draw_area(plot, "odd", top, true);
    draw_area(plot, "even", top, false);
    svg_rule(plot, SVG_RATE_BOTTOM, "base");
}

/* Interrupted where there was no answer. */
static void draw_line(const struct plot *plot, const struct axis_log *axis, const char *class,
                      bool mean)
{
    bool on = false;

    fprintf(plot->out, "<path class=\"%s\" d=\"", class);
    for (unsigned i = 0; i < plot->columns.used; i++) {
        const struct column *column = &plot->columns.all[i];
        double place = axis_log_place(axis, mean ? column->mean : column->slowest);
        double y = SVG_LATENCY_BOTTOM - place * (SVG_LATENCY_BOTTOM - SVG_LATENCY_TOP);
        if (column->answers > 0 && !on)
            fprintf(plot->out, "M%.1f,%.1f", svg_x(plot, column->begin), y);
        if (column->answers > 0)
            add_step(plot, column, y);
        on = column->answers > 0;
    }
    fputs("\"/>\n", plot->out);
}

static void latency_legend(const struct plot *plot)
{
    fprintf(plot->out, "<text class=\"legend\" x=\"%d\" y=\"%d\">", SVG_RIGHT,
            SVG_LATENCY_TOP - 12);
    add_key(plot, "slowest", "slowest" GAP);
    add_key(plot, "mean", "mean");
    fputs("</text>\n", plot->out);
}

void svg_latency(const struct plot *plot)
{
    struct axis_log axis = axis_log_make(plot->columns.quickest, plot->columns.slowest, POWERS);

    svg_text(plot, SVG_LEFT, SVG_LATENCY_TOP - 12, "caption", "Time to an answer");
    latency_legend(plot);
    for (int power = axis.low; plot->columns.slowest > 0 && power <= axis.high; power++) {
        double y = SVG_LATENCY_BOTTOM -
                   (SVG_LATENCY_BOTTOM - SVG_LATENCY_TOP) * axis_log_place(&axis, pow(10, power));
        if (power > axis.low)
            svg_rule(plot, y, "grid");
        svg_text(plot, SVG_LEFT - 8, y + 4, "axis", axis_log_label(power).text);
    }
    draw_line(plot, &axis, "mean", true);
    draw_line(plot, &axis, "slowest", false);
    svg_rule(plot, SVG_LATENCY_BOTTOM, "base");
}
