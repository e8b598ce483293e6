/* SPDX-License-Identifier: ISC */
#include "probe/words/text.h"

#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vis.h>
#include <wchar.h>

#include "probe/words/screen.h"

char *text_visible(const char *text)
{
    char *visible = NULL;

    if (stravis(&visible, text, VIS_CSTYLE | VIS_TAB | VIS_NL) < 0)
        err(EXIT_FAILURE, "can't print '%.60s'", text);
    return visible;
}

/* How many bytes of a cell fit into `columns` of a terminal, and how many columns they take. */
static size_t cell_fit(const char *cell, int columns, int *taken)
{
    mbstate_t state = {0};
    size_t bytes = 0, length = strcspn(cell, "\t\n");

    *taken = 0;
    while (bytes < length) {
        wchar_t c;
        size_t n = mbrtowc(&c, cell + bytes, length - bytes, &state);
        int width = 1;
        if (n > length) { /* not of this locale: count it as it will most likely be shown */
            n = 1;
            state = (mbstate_t){0};
        } else if (wcwidth(c) >= 0) {
            width = wcwidth(c);
        }
        if (width > columns - *taken)
            break;
        *taken += width;
        bytes += n;
    }
    return bytes;
}

/* In so many columns, one at least; returns how many were taken. */
static int print_fitting(FILE *out, const char *cell, int columns)
{
    int taken;
    size_t bytes = cell_fit(cell, columns, &taken);
    bool whole = bytes == strcspn(cell, "\t\n");

    if (!whole)
        bytes = cell_fit(cell, columns - 1, &taken);
    fwrite(cell, 1, bytes, out);
    if (!whole)
        fputs(terminal_utf8() ? "\xe2\x80\xa6" : "~", out);
    return taken + !whole;
}

int text_columns(FILE *out)
{
    return isatty(fileno(out)) ? (int)terminal_columns(out) : INT_MAX;
}

const char *text_cut(FILE *out, const char *text, int columns)
{
    print_fitting(out, text, columns);
    return text + strcspn(text, "\n");
}

static void measure(const char *rows, int *widths)
{
    for (size_t c = 0; *rows != '\0'; rows++) {
        int taken;
        rows += cell_fit(rows, INT_MAX, &taken);
        if (taken > widths[c])
            widths[c] = taken;
        c = *rows == '\n' ? 0 : c + 1;
    }
}

/* Takes from the widest of `n` columns, beside which there is another one. */
static void make_room(int *widths, size_t n, int columns)
{
    enum { BESIDE = 12, LEAST = 8 };
    int64_t missing = BESIDE - (int64_t)columns;

    for (size_t c = 0; c < n; c++)
        missing += widths[c] + 2;
    for (; missing > 0 && n > 0; missing--) {
        size_t widest = 0;
        for (size_t c = 1; c < n; c++)
            if (widths[c] > widths[widest])
                widest = c;
        if (widths[widest] <= LEAST)
            break;
        widths[widest]--;
    }
}

static void print_cell(FILE *out, const char *cell, char alignment, int width)
{
    int taken;

    cell_fit(cell, width, &taken);
    if (alignment == 'r')
        fprintf(out, "%*s", width - taken, "");
    taken = print_fitting(out, cell, width);
    if (alignment != 'r')
        fprintf(out, "%*s", width - taken, "");
}

/* The line ends where there is nothing more to see. */
static void print_row(FILE *out, const char *row, const char *alignment, const int *widths,
                      int columns)
{
    char *line;
    size_t size;
    FILE *cells = open_memstream(&line, &size);

    if (cells == NULL)
        err(EXIT_FAILURE, "no memory for a table");
    for (size_t c = 0; alignment[c + 1] != '\0'; c++) {
        print_cell(cells, row, alignment[c], widths[c]);
        fputs("  ", cells);
        row += strcspn(row, "\t") + 1;
    }
    fwrite(row, 1, strcspn(row, "\n"), cells);
    if (fclose(cells) != 0)
        err(EXIT_FAILURE, "no memory for a table");
    while (size > 0 && line[size - 1] == ' ')
        line[--size] = '\0';
    text_cut(out, line, columns);
    putc('\n', out);
    free(line);
}

void text_table_steady(FILE *out, const char *rows, const char *alignment, int *widths, int columns)
{
    int fitting[TEXT_CELLS];

    measure(rows, widths);
    memcpy(fitting, widths, sizeof(fitting));
    make_room(fitting, strlen(alignment) - 1, columns);
    for (; *rows != '\0'; rows = strchr(rows, '\n') + 1)
        print_row(out, rows, alignment, fitting, columns);
}

void text_table(FILE *out, const char *rows, const char *alignment)
{
    int widths[TEXT_CELLS] = {0};

    text_table_steady(out, rows, alignment, widths, text_columns(out));
}
