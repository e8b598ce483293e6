/* SPDX-License-Identifier: ISC */
/* The tables of the report for people. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

#include <stdio.h>

#include "probe/result/result.h"

enum { ROWS_MAX = 30, SINGLES_MAX = 5 };

/* A row for what was before, one for each restart, one for all. Of more than ROWS_MAX restarts only
 * those that differ. */
void rows_restarts(const struct result *result, FILE *out);

/* A row for each failure that there was; one for each of the first requests that failed. */
void rows_failures(const struct result *result, FILE *out);
void rows_let_down(const struct result *result, FILE *out);

/* A row for each version. */
void rows_versions(const struct result *result, FILE *out);

#endif
