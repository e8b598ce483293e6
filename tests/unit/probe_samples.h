/* SPDX-License-Identifier: ISC */
/* Runs of the probe that never took place, the same at each call. */
#ifndef PROBE_SAMPLES_H
#define PROBE_SAMPLES_H

#include "probe/result/result.h"

struct sample {
    const char *name;
    const char *target;
    double seconds, rate; /* answers a second */
    unsigned restarts;
    unsigned failures;   /* at the restart in the middle, or halfway if there is none */
    double gap;          /* seconds without an answer there */
    const char *version; /* what each version's name begins with */
    bool restart_failed; /* the last one */
};

/* Ends with one whose name is NULL. */
extern const struct sample samples[];

const struct sample *sample_find(const char *name);

struct result *sample_make(const struct sample *sample);

#endif
