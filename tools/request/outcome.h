/* SPDX-License-Identifier: ISC */
/* What came of a request, for programs: one JSON object. What isn't known is absent. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <json-c/json.h>
#include <stdint.h>

struct json_object *outcome_new(const char *target);

/* What a supervisor says of itself: its name and process ID. */
void outcome_server(struct json_object *outcome, struct json_object *status);

/* The generation that serves. */
void outcome_generation(struct json_object *outcome, struct json_object *status);

/* Adds a line to "steps", "stderr" or "hints", up to a number of them. */
void outcome_line(struct json_object *outcome, const char *list, const char *text);

void outcome_text(struct json_object *outcome, const char *key, const char *text);
void outcome_seconds(struct json_object *outcome, int64_t ms);

/* Prints it on a line, and frees it. */
void outcome_print(struct json_object *outcome);

#endif
