/* SPDX-License-Identifier: ISC */
/* The command line of `grace probe`. */
#ifndef PROBE_OPTIONS_H
#define PROBE_OPTIONS_H

#include <stdio.h>

#include "probe/plan.h"
#include "probe/report/report.h"

enum { OUTPUTS_MAX = 16 };

struct output {
    const char *format, *path; /* the latter is NULL for standard output */
    report_write *write;
    FILE *stream;
};

struct probe_options {
    struct plan plan;
    const char *restart_target, *restart_command; /* one of them, or none */
    struct output outputs[OUTPUTS_MAX];
    unsigned outputs_used;
};

/* Ends the program with one line about what is wrong, or with the help. */
void probe_options_read(struct probe_options *options, int argc, char **argv);

#endif
