/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <sys/ioctl.h>

#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "grace.h"
#include "text.h"

struct table {
    const struct column *columns;
    size_t count, rows;
    char **cells; /* row by row */
};

struct table *table_new(const struct column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof(*table));

    if (table == NULL)
        err(EXIT_FAILED, "can't print a table");
    table->columns = columns;
    table->count = count;
    return table;
}

void table_row(struct table *table)
{
    size_t first = table->rows++ * table->count;

    table->cells = reallocarray(table->cells, first + table->count, sizeof(*table->cells));
    if (table->cells == NULL)
        err(EXIT_FAILED, "can't print a table of %zu rows", table->rows);
    for (size_t c = 0; c < table->count; c++)
        table->cells[first + c] = NULL;
}

void table_set(struct table *table, size_t column, char *text)
{
    char **slot = &table->cells[(table->rows - 1) * table->count + column];

    free(*slot);
    *slot = text;
}

static const char *table_cell(const struct table *table, size_t row, size_t column)
{
    const char *text = table->cells[row * table->count + column];

    return text ? text : "";
}

static int column_width(const struct table *table, size_t column)
{
    int width, widest;

    text_fit(table->columns[column].title, INT_MAX, &widest);
    for (size_t r = 0; r < table->rows; r++) {
        text_fit(table_cell(table, r, column), INT_MAX, &width);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static int terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return INT_MAX;
}

static void print_padded(const char *text, bool right, int width)
{
    int taken;

    text_fit(text, INT_MAX, &taken);
    if (right)
        printf("%*s%s", width - taken, "", text);
    else
        printf("%s%*s", text, width - taken, "");
}

static void print_last(const char *text, int columns)
{
    int taken;

    if (*text != '\0' && columns > 2)
        printf("  %.*s", (int)text_fit(text, columns - 2, &taken), text);
    putchar('\n');
}

/* `row` -1 is the line of titles. */
static void print_row(const struct table *table, const int *widths, ssize_t row)
{
    int left = terminal_width();
    size_t c;

    for (c = 0; c < table->count; c++) {
        const char *text = row < 0 ? table->columns[c].title : table_cell(table, (size_t)row, c);
        if (c + 1 == table->count) {
            print_last(text, left);
            break;
        }
        if (c > 0)
            fputs("  ", stdout);
        print_padded(text, table->columns[c].right, widths[c]);
        left -= widths[c] + (c > 0 ? 2 : 0);
    }
}

void table_print(const struct table *table)
{
    int *widths = calloc(table->count, sizeof(*widths));

    if (widths == NULL)
        err(EXIT_FAILED, "can't print a table");
    for (size_t c = 0; c < table->count; c++)
        widths[c] = column_width(table, c);
    for (size_t r = 0; r <= table->rows && table->rows > 0; r++)
        print_row(table, widths, (ssize_t)r - 1);
    free(widths);
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->rows * table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}
