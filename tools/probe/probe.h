/* SPDX-License-Identifier: ISC */
/* A run of the probe. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "probe/plan.h"

/* Does what the plan says and returns the record of it. `*unreached` is NULL, or says what was
 * wrong with the first request, after which there was no other. `*trouble` is NULL, or says what
 * this machine lacks for it: the run has ended early, and the record is that of the time until
 * then. */
struct result *probe_run(struct plan *plan, const char **unreached, const char **trouble);

#endif
