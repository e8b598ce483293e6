/* SPDX-License-Identifier: ISC */
#include "probe/words/text.h"

#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vis.h>
#include <wchar.h>

#include "probe/words/screen.h"

enum { COLUMNS_MAX = 16 };

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

/* Where a program reads it, a row is whole. */
static int row_width(FILE *out)
{
    return isatty(fileno(out)) ? (int)terminal_columns(out) : INT_MAX;
}

static void print_last(FILE *out, const char *cell, int columns)
{
    int taken;

    if (*cell != '\n' && columns > 2)
        fprintf(out, "  %.*s", (int)cell_fit(cell, columns - 2, &taken), cell);
    putc('\n', out);
}

static void print_row(FILE *out, const char *row, const char *alignment, const int *widths)
{
    int left = row_width(out);
    const char *last = row;

    for (size_t c = 0; alignment[c + 1] != '\0'; c++) {
        int taken, bytes = (int)cell_fit(last, INT_MAX, &taken);
        int before = alignment[c] == 'r' ? widths[c] - taken : 0;
        fprintf(out, "%s%*s%.*s%*s", c > 0 ? "  " : "", before, "", bytes, last,
                widths[c] - taken - before, "");
        left -= widths[c] + (c > 0 ? 2 : 0);
        last += bytes + 1;
    }
    print_last(out, last, left);
}

void text_table(FILE *out, const char *rows, const char *alignment)
{
    int widths[COLUMNS_MAX] = {0};

    measure(rows, widths);
    for (; *rows != '\0'; rows = strchr(rows, '\n') + 1)
        print_row(out, rows, alignment, widths);
}
