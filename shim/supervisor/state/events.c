/* SPDX-License-Identifier: ISC */
#include "supervisor/state/events.h"

#include <stddef.h>

static event_subscriber *const nobody[] = {NULL};
static event_subscriber *const *subscribers = nobody;

void event_subscribe(event_subscriber *const *list)
{
    subscribers = list;
}

void event(enum event_kind kind, unsigned generation, const char *text)
{
    const struct event e = {kind, generation, text};

    for (event_subscriber *const *s = subscribers; *s; s++)
        (*s)(&e);
}
