/* SPDX-License-Identifier: ISC */
/* The status of servers as people read it. */
#ifndef REPORT_H
#define REPORT_H

#include <json-c/json.h>

/* Prints an array of them as a table with a row a generation; nothing if it is empty. */
void report_table(struct json_object *statuses);

/* Prints what the table has no room for: listeners, restarts and the last event. */
void report_details(struct json_object *status);

#endif
