/* SPDX-License-Identifier: ISC */
/*
 * The restarts of an experiment: a command each, with the load before, between and after them; and
 * those that a script makes itself and tells of by signals. What a command says goes into a file in
 * memory, not into a pipe: a server that it starts may write there for longer than we read.
 */
#ifndef PROBE_RESTARTS_H
#define PROBE_RESTARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/plan.h"

/* The first one is due after the pause, if there is one at all. */
void restarts_begin(const struct plan *plan, struct result *result, int64_t now);

/* Does what is due. */
void restarts_step(int64_t now);

/* When restarts_step() is to be called again; INT64_MAX: when something happens. */
int64_t restarts_next(void);

/* Is one going on, and are all that were asked for over, with the pause after the last? */
bool restarts_going_on(void);
bool restarts_over(void);

/* Somebody else begins one, or has ended it. */
void restarts_marked(bool begin, int64_t now);

/* No further one is begun; the command of the one that is going on is ended. */
void restarts_end(int64_t now);

#endif
