/* SPDX-License-Identifier: ISC */
#include "probe/picture/chart_rows.h"

int64_t chart_time(const struct chart *chart, unsigned cell)
{
    return chart->columns.length * cell / chart->cells;
}

const struct column *chart_column(const struct chart *chart, unsigned cell)
{
    int64_t middle = chart->columns.length * (2 * (int64_t)cell + 1) / (2 * (int64_t)chart->cells);

    return &chart->columns.all[columns_at(&chart->columns, middle)];
}

void chart_row_begin(struct chart *chart, int gutter, const char *label)
{
    const char *line = chart->utf8 ? "\xe2\x94\x82" : "|",
               *tick = chart->utf8 ? "\xe2\x94\xa4" : "+";

    fprintf(chart->out, "%*s %s", gutter, label, *label != '\0' ? tick : line);
}

static void set_pen(struct chart *chart, int colour)
{
    if (!chart->colour || chart->pen == colour)
        return;
    fprintf(chart->out, "\033[%dm", colour);
    chart->pen = colour;
}

void chart_row_end(struct chart *chart)
{
    set_pen(chart, COLOUR_NONE);
    fputc('\n', chart->out);
    chart->blanks = 0;
}

void chart_put(struct chart *chart, const char *character, int colour)
{
    if (*character == ' ') {
        chart->blanks++;
        return;
    }
    fprintf(chart->out, "%*s", (int)chart->blanks, "");
    chart->blanks = 0;
    set_pen(chart, colour);
    fputs(character, chart->out);
}

void chart_bar(struct chart *chart, double value, unsigned row, unsigned rows, int colour)
{
    static const char *const blocks[] = {" ",
                                         "\xe2\x96\x81",
                                         "\xe2\x96\x82",
                                         "\xe2\x96\x83",
                                         "\xe2\x96\x84",
                                         "\xe2\x96\x85",
                                         "\xe2\x96\x86",
                                         "\xe2\x96\x87",
                                         "\xe2\x96\x88"};
    static const char *const ascii[] = {" ", ".", ":", "#"};
    int parts = chart->utf8 ? 8 : 3;
    int height = (int)(value * rows * parts + 0.5), part;

    if (height == 0 && value > 0)
        height = 1;
    part = height - (int)(rows - 1 - row) * parts;
    part = part < 0 ? 0 : part > parts ? parts : part;
    chart_put(chart, chart->utf8 ? blocks[part] : ascii[part], colour);
}

/* A cell of the row of restarts. */
struct mark {
    char character; /* of a number, '-' in a restart, ' ' outside */
    bool bad;
};

static void draw_span(struct mark *marks, unsigned begin, unsigned end, bool failed)
{
    for (unsigned i = begin; i <= end; i++) {
        marks[i].character = '-';
        marks[i].bad |= failed;
    }
}

/* The first cell behind the number, or `free` if there is no room for it. */
static unsigned draw_number(const struct chart *chart, struct mark *marks, unsigned cell,
                            unsigned free, unsigned n, bool failed)
{
    char text[16];
    unsigned length = (unsigned)snprintf(text, sizeof(text), failed ? "%u!" : "%u", n);

    if (cell < free || cell + length > chart->cells)
        return free;
    for (unsigned i = 0; i < length; i++)
        marks[cell + i] = (struct mark){text[i], failed};
    return cell + length + 1;
}

static unsigned cell_at(const struct chart *chart, int64_t at)
{
    unsigned cell = (unsigned)(at * chart->cells / chart->columns.length);

    return cell < chart->cells ? cell : chart->cells - 1;
}

static void place(const struct chart *chart, struct mark *marks)
{
    const struct result *result = chart->result;
    unsigned free = 0;

    for (unsigned n = 1; n < result->windows_used; n++)
        draw_span(marks, cell_at(chart, result->windows[n].begin),
                  cell_at(chart, columns_restart_end(&chart->columns, result, n)),
                  result_restart_failed(&result->windows[n]));
    for (unsigned n = 1; n < result->windows_used; n++)
        free = draw_number(chart, marks, cell_at(chart, result->windows[n].begin), free, n,
                           result_restart_failed(&result->windows[n]));
}

void chart_restarts(struct chart *chart, int gutter)
{
    struct mark marks[chart->cells];

    for (unsigned i = 0; i < chart->cells; i++)
        marks[i] = (struct mark){.character = ' '};
    place(chart, marks);
    chart_row_begin(chart, gutter, chart->result->windows_used > 2 ? "restarts" : "restart");
    for (unsigned i = 0; i < chart->cells; i++) {
        char text[] = {marks[i].character, '\0'};
        bool line = text[0] == '-' && chart->utf8;
        chart_put(chart, line ? "\xe2\x94\x81" : text, marks[i].bad ? COLOUR_BAD : COLOUR_RESTART);
    }
    chart_row_end(chart);
}
