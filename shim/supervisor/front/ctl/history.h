/* SPDX-License-Identifier: ISC */
/* What has happened: how restarts ended, what was last, and which addresses were given up. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_HISTORY_H
#define GRACE_SUPERVISOR_FRONT_CTL_HISTORY_H

#include <stdio.h>

#include "supervisor/state/events.h"

/* Subscribed in main. */
void history_event(const struct event *e);

/* Members of the status. */
void history_unserved_json(FILE *out);
void history_restarts_json(FILE *out);

#endif
