/* SPDX-License-Identifier: ISC */
/* A run of the probe. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "probe/plan.h"

/* One request, before the load: NULL, or what was wrong with it, valid until the next call. */
const char *probe_reach(struct plan *plan);

/* Does what the plan says and returns the record of it. `*trouble` is NULL, or says what this
 * machine lacks for it: the run has ended early, and the record is that of the time until then. */
struct result *probe_run(struct plan *plan, const char **trouble);

#endif
