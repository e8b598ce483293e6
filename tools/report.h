/* SPDX-License-Identifier: ISC */
/* The status of servers as people read it. */
#ifndef REPORT_H
#define REPORT_H

#include <json-c/json.h>

#include "table.h"

/* A table for report_add(). */
struct table *report_new(void);

/* Adds a server: a row a generation. */
void report_add(struct table *table, struct json_object *status);

/* Prints what the table has no room for: listeners, restarts and the last event. */
void report_details(struct json_object *status);

#endif
