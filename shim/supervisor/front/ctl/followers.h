/* SPDX-License-Identifier: ISC */
/* Clients that read the log: its last lines, and those that are still to come. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_FOLLOWERS_H
#define GRACE_SUPERVISOR_FRONT_CTL_FOLLOWERS_H

#include <stdbool.h>

#include "supervisor/front/ctl/client.h"
#include "supervisor/state/events.h"

/* `lines` is how many of the last ones, in digits. False: it is not. */
bool followers_answer(struct client *c, const char *lines, bool follows);

/* Another line. Who does not read is let go. */
void followers_event(const struct event *e);

#endif
