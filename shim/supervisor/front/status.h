/* SPDX-License-Identifier: ISC */
/* The state of everything as one line of JSON; the names are stable, additions are allowed. */
#ifndef GRACE_SUPERVISOR_FRONT_STATUS_H
#define GRACE_SUPERVISOR_FRONT_STATUS_H

#include "supervisor/state/events.h"

/* Remembers the last event, and how many restarts there were. */
void status_event(const struct event *e);

/* Free the result; NULL when memory is short. */
char *status_json(void);

#endif
