/* SPDX-License-Identifier: ISC */
/* What a run comes down to. */
#ifndef PROBE_VERDICT_H
#define PROBE_VERDICT_H

#include <stdio.h>

#include "probe/result/result.h"

enum verdict { VERDICT_OK, VERDICT_LET_DOWN, VERDICT_RESTART_FAILED, VERDICT_NO_ANSWER };

/* VERDICT_OK exactly if the result is good. */
enum verdict verdict_of(const struct result *result);
/* "ok", "let-down", "restart-failed", "no-answer" */
const char *verdict_name(enum verdict verdict);

/* A sentence, or one for clients and one for restarts; without a newline. */
void verdict_print(const struct result *result, FILE *out);

/* The same in one line for a picture, without a full stop, and without words from outside. */
void verdict_line(const struct result *result, FILE *out);

/* "2 of 1,236 requests failed" */
void verdict_requests(uint64_t failed, uint64_t answers, FILE *out);

/* What became of a restart that failed or is not over: "failed: WHAT IT SAID", "was not over when
 * the run ended". */
void restart_print(const struct window *window, FILE *out);

#endif
