/* SPDX-License-Identifier: ISC */
/* A run as tests that hold or not: one for each restart, and the last one for the whole. */
#ifndef PROBE_CASES_H
#define PROBE_CASES_H

#include <stdio.h>

#include "probe/result/result.h"

unsigned cases_count(const struct result *result);

/* Their numbers begin with 1, as those of restarts do. */
void case_name(const struct result *result, unsigned number, FILE *out);
bool case_held(const struct result *result, unsigned number);
int64_t case_took(const struct result *result, unsigned number); /* nanoseconds */

/* One line without its newline: what was wrong, if something was. */
void case_why(const struct result *result, unsigned number, FILE *out);

#endif
