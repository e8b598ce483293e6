/* SPDX-License-Identifier: ISC */
/* Numbers and text of a status, short enough for a table. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>

/* The words of others, escaped. */
void words_text(FILE *out, const char *text);

/* A count in at most four characters: 999, 1.2K, 34M. */
void words_count(FILE *out, int64_t n);

/* Seconds: 45s, 12m03s, 3h05m, 2d04h. */
void words_seconds(FILE *out, int64_t seconds);

/* How the last restart ended, when, and why: "rolled back 3m02s ago: exit status 1"; "never". */
void words_restart(FILE *out, struct json_object *status);

#endif
