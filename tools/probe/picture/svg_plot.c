/* SPDX-License-Identifier: ISC */
#include "probe/picture/svg_plot.h"

#include <limits.h>

#include "probe/words/xml.h"

double svg_x(const struct plot *plot, int64_t at)
{
    return SVG_LEFT + (double)(SVG_RIGHT - SVG_LEFT) * (double)at / (double)plot->columns.length;
}

void svg_text(const struct plot *plot, double x, double y, const char *class, const char *text)
{
    fprintf(plot->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
    xml_text(plot->out, text, UINT_MAX);
    fputs("</text>\n", plot->out);
}

void svg_rule(const struct plot *plot, double y, const char *class)
{
    fprintf(plot->out, "<path class=\"%s\" d=\"M%d,%.1fH%d\"/>\n", class, SVG_LEFT, y, SVG_RIGHT);
}
