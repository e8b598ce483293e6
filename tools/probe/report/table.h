/* SPDX-License-Identifier: ISC */
/* Rows that are collected to be laid out: cells end with a tab, rows with a newline. */
#ifndef PROBE_TABLE_H
#define PROBE_TABLE_H

#include <stdio.h>

struct table {
    FILE *rows;
    char *text;
    size_t size;
};

/* Ends the program if there is no memory. */
void table_begin(struct table *table);

/* Text that comes from elsewhere, escaped. */
void table_visible(struct table *table, const char *text);

/* Prints it; `alignment` as of text_table(). */
void table_end(struct table *table, FILE *out, const char *alignment);

#endif
