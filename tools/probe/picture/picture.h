/* SPDX-License-Identifier: ISC */
/* A run as a picture, drawn to `out`; the caller looks for errors of the stream. */
#ifndef PROBE_PICTURE_H
#define PROBE_PICTURE_H

#include <stdio.h>

#include "probe/result/result.h"

/* Throughput, latency, failures and restarts as rows of characters. */
void report_chart(const struct result *result, FILE *out);

/* The same as one self-contained picture. */
void report_svg(const struct result *result, FILE *out);

#endif
