/* SPDX-License-Identifier: ISC */
#include "supervisor/state/events.h"

#include <stddef.h>

static event_subscriber *const nobody[] = {NULL};
static event_subscriber *const *subscribers = nobody;

void event_subscribe(event_subscriber *const *list)
{
    subscribers = list;
}

/* The text itself: a pointer to it would be relocated at the start of each process of the server.
 */
static const char names[EVENT_KINDS][12] = {
    [EVENT_STARTED] = "started",
    [EVENT_RECOVERED] = "recovered",
    [EVENT_VETOED] = "vetoed",
    [EVENT_RESTARTING] = "restarting",
    [EVENT_READY] = "ready",
    [EVENT_SUCCEEDED] = "succeeded",
    [EVENT_ROLLED_BACK] = "rolled-back",
    [EVENT_FAILED] = "rolled-back",
    [EVENT_REFUSED] = "refused",
    [EVENT_UNSERVED] = "unserved",
    [EVENT_SERVED] = "served",
    [EVENT_DRAINING] = "draining",
    [EVENT_DRAINED] = "drained",
    [EVENT_RETIRED] = "retired",
    [EVENT_STOPPING] = "stopping",
    [EVENT_STOPPED] = "stopped",
    [EVENT_CRASHED] = "crashed",
    [EVENT_RESPAWNED] = "respawned",
    [EVENT_CUT] = "cut",
    [EVENT_WORKER_LOST] = "worker-lost",
    [EVENT_SCALED] = "scaled",
};

const char *event_name(enum event_kind kind)
{
    return names[kind];
}

void event(enum event_kind kind, unsigned generation, const char *text)
{
    const struct event e = {kind, generation, text};

    for (event_subscriber *const *s = subscribers; *s; s++)
        (*s)(&e);
}
