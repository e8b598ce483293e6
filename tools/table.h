/* SPDX-License-Identifier: ISC */
/* A table whose columns are as wide as they need to be; the last one is cut at the width of the
 * terminal. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct column {
    const char *title;
    bool right;
};

struct table;

struct table *table_new(const struct column *columns, size_t count);

/* Starts a row of empty cells. */
void table_row(struct table *table);

/* Fills a cell of the last row; the table takes `text` over. */
void table_set(struct table *table, size_t column, char *text);

/* Prints nothing if there are no rows. */
void table_print(const struct table *table);

void table_free(struct table *table);

#endif
