/* SPDX-License-Identifier: ISC */
/*
 * Ways to say what a run of the probe has found. Each writes the whole report to `out` and leaves
 * it to the caller to look for errors of the stream. A table of the ways is in report.c;
 * those that draw are declared in picture/picture.h.
 */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include <stdio.h>

#include "probe/picture/picture.h"
#include "probe/result/result.h"

typedef void report_write(const struct result *result, FILE *out);

report_write report_text;  /* tables for people, the first failures, a verdict */
report_write report_json;  /* all of it, one object */
report_write report_tap;   /* a test for each restart and for the whole */
report_write report_junit; /* the same as XML, for CI servers */

/* The way of that name ("text", "chart", "svg", "json", "tap", "junit"), or NULL. */
report_write *report_find(const char *name);

#endif
