/* SPDX-License-Identifier: ISC */
/* The status of servers in the text format of Prometheus; grace(1) names the metrics. */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

#include <json-c/json.h>
#include <stdio.h>

/* Of an array of them.  One that has a pid and nothing else is a supervisor that doesn't answer. */
void prometheus_print(FILE *out, struct json_object *statuses);

#endif
