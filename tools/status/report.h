/* SPDX-License-Identifier: ISC */
/* The status of servers as people read it. */
#ifndef REPORT_H
#define REPORT_H

#include <json-c/json.h>
#include <stdio.h>

#include "probe/words/text.h"

/* Prints an array of them as a table with a row a generation; nothing if it is empty. `widths` and
 * `columns` as of text_table_steady(). */
void report_table(FILE *out, struct json_object *statuses, int widths[TEXT_CELLS], int columns);

/* Prints what the table has no room for, whole lines: the command, listeners, who holds generations
 * that drain, restarts and the last event. */
void report_details(FILE *out, struct json_object *status);

#endif
