/* SPDX-License-Identifier: ISC */
/* Text that comes from elsewhere and goes to a terminal. */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>

/* A copy in which control characters, tabs and newlines are escaped; free() it. */
char *text_visible(const char *text);

/* The width of the terminal that a text is cut at, INT_MAX where `out` is none: where a program
 * reads it, a line is whole. */
int text_columns(FILE *out);

/* Prints the line that `text` begins with, without its newline: in so many columns, with an
 * ellipsis for what has no room. Returns where it ends. */
const char *text_cut(FILE *out, const char *text, int columns);

/* Prints `rows`, a line a row and a tab between two cells, with columns as wide as they need to be.
 * `alignment` has a letter for each column: 'r' if it is aligned on the right. */
void text_table(FILE *out, const char *rows, const char *alignment);

/* The same in columns that were `widths` wide, and get no narrower, unless that is more than there
 * is room for in so many columns in all. */
enum { TEXT_CELLS = 16 };
void text_table_steady(FILE *out, const char *rows, const char *alignment, int *widths,
                       int columns);

#endif
