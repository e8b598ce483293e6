/* SPDX-License-Identifier: ISC */
/*
 * GRACE_ON_EVENT: a command of the user that is told of each event.  One runs at a time, in the
 * order of the events; nothing waits for it but the end of the supervisor, and that not for long.
 */
#ifndef GRACE_SUPERVISOR_FRONT_ON_EVENT_H
#define GRACE_SUPERVISOR_FRONT_ON_EVENT_H

#include <stdint.h>

#include "supervisor/state/events.h"

/* Subscribes. */
void on_event(const struct event *e);

void on_event_step(int64_t now);

/* The supervisor ends: waits for those that are left. `signals`: its signalfd. */
void on_event_finish(int signals);

/* In a process that goes on in place of its parent: the one that runs is no child of it, and goes
 * on by itself.  And where the parent sees to all. */
void on_event_leave(void);
void on_event_forget(void);

#endif
