/* SPDX-License-Identifier: ISC */
/*
 * Sums over all generations since the supervisor was started, for who draws curves: connections
 * accepted, finished by a generation that drained, and cut; and how long it took until generations
 * were ready, and had drained, as histograms.
 */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_TOTALS_H
#define GRACE_SUPERVISOR_FRONT_CTL_TOTALS_H

#include <stdio.h>

#include "supervisor/state/events.h"

/* Subscribed in main. */
void totals_event(const struct event *e);

/* Members of the status. */
void totals_json(FILE *out);

#endif
