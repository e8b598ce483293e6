/* SPDX-License-Identifier: ISC */
/* Text that comes from elsewhere and goes to a terminal. */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>

/* A copy in which control characters, tabs and newlines are escaped; free() it. */
char *text_visible(const char *text);

/* Prints `rows`, a line a row and a tab between two cells, with columns as wide as they need to be.
 * `alignment` has a letter for each column: 'r' if it is aligned on the right. The last one is cut
 * at the width of the terminal, if `out` is one. */
void text_table(FILE *out, const char *rows, const char *alignment);

#endif
