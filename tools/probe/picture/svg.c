/* SPDX-License-Identifier: ISC */
#include "probe/picture/picture.h"

#include <limits.h>

#include "probe/picture/axis.h"
#include "probe/picture/svg_plot.h"
#include "probe/words/figures.h"
#include "probe/words/verdict.h"
#include "probe/words/xml.h"

enum { TARGET_SHOWN = 80, TIME_TICKS = 10 };

/* <title> and <desc> are what a screen reader says, and what a pointer on the picture shows. */
static void draw_head(const struct plot *plot)
{
    bool good = verdict_of(plot->result) == VERDICT_OK;

    fprintf(plot->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"probe\" role=\"img\" "
            "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>",
            SVG_WIDTH, SVG_HEIGHT, SVG_WIDTH, SVG_HEIGHT);
    xml_text(plot->out, plot->result->target, UINT_MAX);
    fputs("</title>\n<desc>", plot->out);
    verdict_line(plot->result, plot->out);
    fprintf(plot->out, ".</desc>\n<style>%s</style>\n", svg_style);
    fprintf(plot->out, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", SVG_WIDTH,
            SVG_HEIGHT);
    fputs("<text class=\"title\" x=\"24\" y=\"36\">", plot->out);
    xml_text(plot->out, plot->result->target, TARGET_SHOWN);
    fprintf(plot->out, "</text>\n<circle class=\"%s\" cx=\"30\" cy=\"56\" r=\"5\"/>\n",
            good ? "good" : "bad");
    fputs("<text class=\"verdict\" x=\"42\" y=\"61\">", plot->out);
    verdict_line(plot->result, plot->out);
    fputs("</text>\n", plot->out);
}

static void draw_time(const struct plot *plot)
{
    int64_t length = plot->columns.length, step = axis_time_step(length, TIME_TICKS);

    for (int64_t at = 0; at <= length; at += step) {
        fprintf(plot->out, "<path class=\"base\" d=\"M%.1f,%dv5\"/>\n", svg_x(plot, at),
                SVG_LATENCY_BOTTOM);
        svg_text(plot, svg_x(plot, at), SVG_LATENCY_BOTTOM + 19, "tick",
                 axis_time(at, length).text);
    }
}

static void write_figure(const struct plot *plot, const char *name, const char *value)
{
    fprintf(plot->out, "%s <tspan class=\"caption\">%s</tspan> \xc2\xa0 \xc2\xa0 ", name, value);
}

static void write_percentile(const struct plot *plot, const char *name, double percent)
{
    uint64_t us = histogram_percentile(&plot->result->latency, percent);

    write_figure(plot, name, figure_duration((int64_t)us * 1000).text);
}

static void draw_figures(const struct plot *plot)
{
    const struct result *result = plot->result;

    fprintf(plot->out, "<text x=\"24\" y=\"%d\">", SVG_HEIGHT - 22);
    write_figure(plot, "answers", figure_count(result_answers(result)).text);
    write_figure(plot, "failed", figure_count(result_failed(result)).text);
    write_figure(plot, "longest silence", figure_duration(result->silence).text);
    if (result->latency.count > 0) {
        write_percentile(plot, "p50", 50);
        write_percentile(plot, "p99", 99);
        write_figure(plot, "max", figure_duration(result->latency.max * (int64_t)1000).text);
    }
    if (result->standstill > 0)
        write_figure(plot, "the machine stood still", figure_duration(result->standstill).text);
    fputs("</text>\n", plot->out);
}

void report_svg(const struct result *result, FILE *out)
{
    struct plot plot = {.out = out, .result = result};

    columns_make(&plot.columns, result, SVG_COLUMNS);
    draw_head(&plot);
    svg_restarts(&plot);
    svg_rate(&plot);
    svg_restart_edges(&plot);
    svg_latency(&plot);
    svg_failures(&plot);
    draw_time(&plot);
    draw_figures(&plot);
    fputs("</svg>\n", out);
    columns_free(&plot.columns);
}
