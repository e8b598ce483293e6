/* SPDX-License-Identifier: ISC */
/* What a stream shows: how wide it is, and which characters and colours it knows. */
#ifndef PROBE_TERMINAL_H
#define PROBE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* COLUMNS, or what the terminal says, or 80. */
unsigned terminal_columns(FILE *stream);

/* Does the locale write UTF-8? */
bool terminal_utf8(void);

/* Is it a terminal, and nobody has asked for no colours (no-color.org)? */
bool terminal_colour(FILE *stream);

#endif
